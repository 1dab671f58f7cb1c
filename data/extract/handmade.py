"""Tables made by hand for extract.py: ISO codes, mended names, labels, seats, aliases.

Everything here is general geographic knowledge written down by the project; nothing is copied from a file.
"""

STATES = {  # alpha-2: (name, French name)
    "ML": ("Mali", "Mali"),
    "BF": ("Burkina Faso", "Burkina Faso"),
    "NE": ("Niger", "Niger"),
    "BJ": ("Benin", "Bénin"),
    "TG": ("Togo", "Togo"),
    "GH": ("Ghana", "Ghana"),
    "CI": ("Côte d'Ivoire", "Côte d'Ivoire"),
    "SN": ("Senegal", "Sénégal"),
    "GN": ("Guinea", "Guinée"),
    "MR": ("Mauritania", "Mauritanie"),
    "NG": ("Nigeria", "Nigeria"),
}

BF_REGIONS = {  # region as named in the file: ISO 3166-2
    "Boucle du Mouhoun": "BF-01", "Cascades": "BF-02", "Centre": "BF-03", "Centre-Est": "BF-04",
    "Centre-Nord": "BF-05", "Centre-Ouest": "BF-06", "Centre-Sud": "BF-07", "Est": "BF-08",
    "Hauts-Bassins": "BF-09", "Nord": "BF-10", "Plateau-Central": "BF-11", "Sahel": "BF-12",
    "Sud-Ouest": "BF-13",
}

GN_REGIONS = {  # region as named in the file: (ISO 3166-2, mended name)
    "Boke": ("GN-B", "Boké"), "Conakry": ("GN-C", "Conakry"), "Kindia": ("GN-D", "Kindia"),
    "Faranah": ("GN-F", "Faranah"), "Kankan": ("GN-K", "Kankan"), "Labé": ("GN-L", "Labé"),
    "Mamou": ("GN-M", "Mamou"), "Nzérékoré": ("GN-N", "Nzérékoré"),
}

# Two prefectures carry their region's code in the file. Kankan has its own ISO code; Conakry is a governorate
# without prefectures, so its level-2 unit gets a code that is not ISO.
GN_PREFECTURE_CODES = {"GN-K": "GN-KA", "GN-C": "GN-C-2"}

CI_DISTRICTS = {  # ISO 3166-2 of the district: (name, old regions in the file)
    "CI-BS": ("Bas-Sassandra", ("CI-09",)),
    "CI-CM": ("Comoé", ("CI-05", "CI-13")),
    "CI-DN": ("Denguélé", ("CI-10",)),
    "CI-GD": ("Gôh-Djiboua", ("CI-18", "CI-15")),
    "CI-LC": ("Lacs", ("CI-07", "CI-11")),
    "CI-LG": ("Lagunes", ("CI-01", "CI-16")),
    "CI-MG": ("Montagnes", ("CI-06", "CI-19")),
    "CI-SM": ("Sassandra-Marahoué", ("CI-02", "CI-12")),
    "CI-SV": ("Savanes", ("CI-03",)),
    "CI-VB": ("Vallée du Bandama", ("CI-04",)),
    "CI-WR": ("Woroba", ("CI-14", "CI-17")),
    "CI-ZZ": ("Zanzan", ("CI-08",)),
}

NAMES = {  # code: (name, name_fr) where the file's own are wrong, unaccented or odd
    "ML-3": ("Sikasso", "Sikasso"),
    "BF-COM": ("Comoé", "Comoé"),
    "BF-MOU": ("Mouhoun", "Mouhoun"),
    "BF-BAZ": ("Bazèga", "Bazèga"),
    "BJ-AK": ("Atacora", "Atacora"),
    "BJ-KO": ("Couffo", "Couffo"),
    "GH-BA": ("Brong-Ahafo", "Brong-Ahafo"),
    "GH-NP": ("Northern", "Région du Nord"),
    "GH-CP": ("Central", "Région centrale"),
    "GH-EP": ("Eastern", "Région orientale"),
    "GH-WP": ("Western", "Région occidentale"),
    "GN-BK": ("Boké", "Boké"),
    "GN-KE": ("Kérouané", "Kérouané"),
    "MR-01": ("Hodh ech Chargui", "Hodh ech Chargui"),
    "MR-02": ("Hodh el Gharbi", "Hodh el Gharbi"),
    "MR-10": ("Guidimakha", "Guidimakha"),
    "NG-FC": ("Federal Capital Territory", "Territoire de la capitale fédérale"),
    "NG-NA": ("Nasarawa", "Nasarawa"),
    "TG-C": ("Centrale", "Centrale"),
    "TG-K": ("Kara", "Kara"),
    "TG-M": ("Maritime", "Maritime"),
    "TG-P": ("Plateaux", "Plateaux"),
    "TG-S": ("Savanes", "Savanes"),
}

# --- basemap -----------------------------------------------------------------------------------------------------

RIVERS = {  # Natural Earth rivernum: (name, French name); the package lost the accents of the first dozen
    119: ("Bénoué", "Bénoué"), 132: ("Sénégal", "Sénégal"), 267: ("Nakanbé (White Volta)", "Nakanbé (Volta Blanche)"),
    300: ("Kadéï", "Kadéï"), 380: ("Ouémé", "Ouémé"), 381: ("Komoé", "Comoé"), 447: ("Aïna", "Aïna"),
    499: ("Baoulé", "Baoulé"), 502: ("Gêba", "Gêba"), 783: ("Aoukalé", "Aoukalé"), 816: ("Baoulé", "Baoulé"),
    981: ("Bagoé", "Bagoé"),
    137: ("Benue", "Bénoué"), 175: ("Mouhoun (Black Volta)", "Mouhoun (Volta Noire)"), 431: ("Gambia", "Gambie"),
    60: ("Ubangi", "Oubangui"), 830: ("Saint Paul", "Saint Paul"),
}

LAKES = (  # (lon, lat inside or within 0.3 degree of the lake, name, French name)
    (14.54, 13.06, "Lake Chad", "Lac Tchad"),
    (-4.14, 15.36, "Lake Débo", "Lac Débo"),
    (-5.09, 6.28, "Lake Taabo", "Lac de Taabo"),
    (2.47, 6.43, "Lake Nokoué", "Lac Nokoué"),
    (12.79, 6.41, "Mbakaou Reservoir", "Lac de Mbakaou"),
    (4.57, 10.25, "Kainji Lake", "Lac de Kainji"),
    (0.07, 7.73, "Lake Volta", "Lac Volta"),
    (-5.66, 7.53, "Lake Kossou", "Lac de Kossou"),
    (-6.98, 6.64, "Lake Buyo", "Lac de Buyo"),
)

LABELS = (  # kind, code, English, French, Arabic, lon, lat
    ("country", "ML", "Mali", "Mali", "مالي", -1.9, 18.3),
    ("country", "BF", "Burkina Faso", "Burkina Faso", "بوركينا فاسو", -1.7, 12.75),
    ("country", "NE", "Niger", "Niger", "النيجر", 9.4, 17.6),
    ("country", "BJ", "Benin", "Bénin", "بنين", 2.35, 9.6),
    ("country", "TG", "Togo", "Togo", "توغو", 0.95, 8.4),
    ("country", "GH", "Ghana", "Ghana", "غانا", -1.2, 7.6),
    ("country", "CI", "Côte d'Ivoire", "Côte d'Ivoire", "ساحل العاج", -5.6, 8.4),
    ("country", "SN", "Senegal", "Sénégal", "السنغال", -14.6, 14.7),
    ("country", "GN", "Guinea", "Guinée", "غينيا", -10.9, 10.7),
    ("country", "MR", "Mauritania", "Mauritanie", "موريتانيا", -10.6, 20.0),
    ("country", "NG", "Nigeria", "Nigeria", "نيجيريا", 8.0, 9.6),
    ("neighbour", "DZ", "Algeria", "Algérie", "الجزائر", 2.6, 26.6),
    ("neighbour", "LY", "Libya", "Libye", "ليبيا", 15.2, 26.6),
    ("neighbour", "TD", "Chad", "Tchad", "تشاد", 17.6, 15.4),
    ("neighbour", "CM", "Cameroon", "Cameroun", "الكاميرون", 12.6, 5.2),
    ("neighbour", "CF", "Central African Republic", "République centrafricaine", "جمهورية أفريقيا الوسطى", 19.0, 6.3),
    ("neighbour", "MA", "Morocco", "Maroc", "المغرب", -9.2, 29.2),
    ("neighbour", "EH", "Western Sahara", "Sahara occidental", "الصحراء الغربية", -13.2, 24.4),
    ("neighbour", "GM", "Gambia", "Gambie", "غامبيا", -15.4, 13.45),
    ("neighbour", "GW", "Guinea-Bissau", "Guinée-Bissau", "غينيا بيساو", -14.9, 12.0),
    ("neighbour", "SL", "Sierra Leone", "Sierra Leone", "سيراليون", -11.8, 8.5),
    ("neighbour", "LR", "Liberia", "Liberia", "ليبيريا", -9.4, 6.4),
    ("neighbour", "GQ", "Equatorial Guinea", "Guinée équatoriale", "غينيا الاستوائية", 10.4, 1.65),
    ("neighbour", "GA", "Gabon", "Gabon", "الغابون", 11.9, 0.6),
    ("neighbour", "CG", "Congo", "Congo", "الكونغو", 15.9, 1.5),
    ("neighbour", "CD", "DR Congo", "RD Congo", "الكونغو الديمقراطية", 20.5, 2.6),
    ("neighbour", "ST", "São Tomé and Príncipe", "Sao Tomé-et-Principe", "ساو تومي وبرينسيب", 6.6, 0.9),
    ("neighbour", "CV", "Cabo Verde", "Cap-Vert", "الرأس الأخضر", -21.7, 15.6),
    ("sea", None, "Atlantic Ocean", "Océan Atlantique", "المحيط الأطلسي", -19.4, 10.5),
    ("sea", None, "Gulf of Guinea", "Golfe de Guinée", "خليج غينيا", 1.2, 3.4),
    ("sea", None, "Bight of Benin", "Golfe du Bénin", "خليج بنين", 3.4, 5.4),
    ("sea", None, "Bight of Biafra", "Golfe du Biafra", "خليج بيافرا", 7.4, 3.3),
)

# --- places ------------------------------------------------------------------------------------------------------

CAPITALS = {"ML": "Bamako", "BF": "Ouagadougou", "NE": "Niamey", "BJ": "Porto-Novo", "TG": "Lomé", "GH": "Accra",
            "CI": "Yamoussoukro", "SN": "Dakar", "GN": "Conakry", "MR": "Nouakchott", "NG": "Abuja"}

SEATS = {  # seats of the first-level regions in regions.geojson, plus Ménaka (region since 2012) and Abidjan
    "ML": "Kayes,Koulikoro,Sikasso,Ségou,Mopti,Timbuktu,Gao,Kidal,Ménaka",
    "BF": "Dédougou,Banfora,Tenkodogo,Kaya,Koudougou,Manga,Fada N'gourma,Bobo-Dioulasso,Ouahigouya,Ziniaré,Dori,Gaoua",
    "NE": "Agadez,Diffa,Dosso,Maradi,Tahoua,Tillabéri,Zinder",
    "BJ": "Kandi,Natitingou,Allada,Parakou,Dassa-Zoumé,Aplahoué,Djougou,Cotonou,Lokossa,Pobè,Abomey",
    "TG": "Sokodé,Kara,Atakpamé,Dapaong",
    "GH": "Kumasi,Sunyani,Cape Coast,Koforidua,Tamale,Bolgatanga,Wa,Ho,Takoradi",
    "CI": "San-Pédro,Abengourou,Odienné,Gagnoa,Dimbokro,Dabou,Man,Daloa,Korhogo,Bouaké,Séguéla,Bondoukou,Abidjan",
    "SN": "Diourbel,Fatick,Kaffrine,Kaolack,Kédougou,Kolda,Louga,Matam,Saint-Louis,Sédhiou,Tambacounda,Thiès,Ziguinchor",
    "GN": "Boké,Faranah,Kankan,Kindia,Labé,Mamou,Nzérékoré",
    "MR": "Néma,'Ayoûn el 'Atroûs,Kiffa,Kaédi,Aleg,Rosso,Atar,Nouadhibou,Tidjikja,Sélibaby,Zouerate,Akjoujt",
    "NG": "Umuahia,Yola,Uyo,Awka,Bauchi,Yenagoa,Makurdi,Maiduguri,Calabar,Asaba,Abakaliki,Benin City,Ado-Ekiti,Enugu,"
          "Gombe,Owerri,Dutse,Kaduna,Kano,Katsina,Birnin Kebbi,Lokoja,Ilorin,Ikeja,Lafia,Minna,Abeokuta,Akure,Osogbo,"
          "Ibadan,Jos,Port Harcourt,Sokoto,Jalingo,Damaturu,Gusau",
}

# Border posts on the corridors: (name, country). GeoNames towns of that name keep their population and id,
# the others are hand-made.
BORDER_POSTS = (
    ("Diboli", "ML"), ("Kidira", "SN"), ("Moussala", "ML"), ("Gogui", "ML"), ("Kourémalé", "ML"),
    ("Manankoro", "ML"), ("Zégoua", "ML"), ("Pogo", "CI"), ("Koloko", "BF"), ("Labbezanga", "ML"), ("Paga", "GH"),
    ("Cinkassé", "TG"), ("Porga", "BJ"), ("Malanville", "BJ"), ("Pételkolé", "NE"), ("Fassala", "MR"),
)

SAME_TOWN = {("Fassala", "MR"): "Vassala"}  # curated name: GeoNames name, where folding does not find it

PORTS = {  # UN/LOCODE: (country, English, French)
    "SNDKR": ("SN", "Port of Dakar", "Port de Dakar"),
    "MRNKC": ("MR", "Port of Nouakchott", "Port de Nouakchott"),
    "MRNDB": ("MR", "Port of Nouadhibou", "Port de Nouadhibou"),
    "GNCKY": ("GN", "Port of Conakry", "Port de Conakry"),
    "CIABJ": ("CI", "Port of Abidjan", "Port d'Abidjan"),
    "CISPY": ("CI", "Port of San-Pédro", "Port de San-Pédro"),
    "GHTEM": ("GH", "Port of Tema", "Port de Tema"),
    "GHTKD": ("GH", "Port of Takoradi", "Port de Takoradi"),
    "TGLFW": ("TG", "Port of Lomé", "Port de Lomé"),
    "BJCOO": ("BJ", "Port of Cotonou", "Port de Cotonou"),
    "NGAPP": ("NG", "Port of Apapa (Lagos)", "Port d'Apapa (Lagos)"),
}

FRENCH = {  # (name, country): French name where it differs
    ("Timbuktu", "ML"): "Tombouctou", ("Intahaka mine", "ML"): "Mine d'Intahaka", ("Benin City", "NG"): "Benin City",
    ("Sinkassé", "TG"): "Cinkassé", ("Cape Coast", "GH"): "Cape Coast",
}

ALIASES = {  # (name, country): Latin aliases that people use, in place of those chosen from GeoNames
    ("Timbuktu", "ML"): "Tombouctou|Tombuctu|Timbuctoo", ("Bamako", "ML"): "Bammako",
    ("Ségou", "ML"): "Segou|Segu", ("Gao", "ML"): "Gawgaw", ("Ménaka", "ML"): "Menaka", ("Mopti", "ML"): "Moti",
    ("Ouagadougou", "BF"): "Ouaga|Wagadugu", ("Bobo-Dioulasso", "BF"): "Bobo Dioulasso|Bobo",
    ("Nioro du Sahel", "ML"): "Nioro", ("Dakar", "SN"): "Ndakaaru", ("Lomé", "TG"): "Lome",
    ("Fada N'Gourma", "BF"): "Fada N'gourma|Fada", ("Lagos", "NG"): "Eko", ("Takoradi", "GH"): "Sekondi-Takoradi|Sekondi",
    ("Tinzaouaten", "ML"): "Tin Zaouatine|Tinzawaten", ("Saint-Louis", "SN"): "St-Louis|Ndar",
    ("Accra", "GH"): "Akra|Nkran", ("Benin City", "NG"): "Benin", ("Port Harcourt", "NG"): "Port-Harcourt",
    ("Birni N'Konni", "NE"): "Birnin Konni|Konni",
    ("Arbinda", "BF"): "Aribinda", ("Fassala", "MR"): "Vassala|Fassala Néré",
}

# Pairs whose common line is not agreed (Western Sahara, as Natural Earth marks them).
DISPUTED = {("EH", "MA"), ("DZ", "EH")}

EXTRA_BORDERS = (  # drawn by hand: the 27°40' N line between Morocco and Western Sahara
    ("EH", "MA", [(-13.17, 27.6667), (-8.6672, 27.6667)]),
)
