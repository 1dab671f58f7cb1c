//! CQL2 Text: the grammar of OGC 21-065r2, annex B, by recursive descent. Keywords are read in any case.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

use super::syntax::{Kind, MAX_DEPTH, Node};
use super::{Cql2Error, Place};
use crate::domain::Moment;

/// Reads a filter.
pub(super) fn read(text: &str) -> Result<Node, Cql2Error> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let node = reader.or()?;
    match reader.peek() {
        Token::End => Ok(node),
        other => Err(reader.wrong(&format!("expected AND, OR or the end, found {}", other.name()))),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A keyword or a name without quotes.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
    End,
}

impl Token {
    fn name(&self) -> String {
        match self {
            Self::Word(word) => format!("'{word}'"),
            Self::Quoted(name) => format!("\"{name}\""),
            Self::Text(_) => "a text".to_owned(),
            Self::Number(number) => format!("{number}"),
            Self::Symbol(symbol) => format!("'{symbol}'"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Longer ones before those that they begin with.
const SYMBOLS: [&str; 15] = ["<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^"];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Cql2Error> {
    let characters: Vec<char> = text.chars().collect();
    let fault = |at: usize, reason: &str| Cql2Error::at(&Place::Character(at + 1), reason);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(character) = characters.get(at).copied() {
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        let token = match character {
            '\'' | '"' => {
                let (text, after) =
                    quoted(&characters, at).ok_or_else(|| fault(start, "what begins with this quote does not end"))?;
                at = after;
                if character == '"' { Token::Quoted(text) } else { Token::Text(text) }
            }
            '0'..='9' | '.' => {
                let (number, after) = number(&characters, at).ok_or_else(|| fault(start, "this is no number"))?;
                at = after;
                Token::Number(number)
            }
            letter if is_name_start(letter) => {
                while characters.get(at).is_some_and(|c| is_name_part(*c)) {
                    at += 1;
                }
                Token::Word(characters[start..at].iter().collect())
            }
            _ => {
                let fits = |symbol: &&str| symbol.chars().enumerate().all(|(n, c)| characters.get(at + n) == Some(&c));
                let symbol =
                    SYMBOLS.into_iter().find(fits).ok_or_else(|| fault(start, &format!("'{character}' means nothing here")))?;
                at += symbol.len();
                Token::Symbol(symbol)
            }
        };
        found.push((start + 1, token));
    }
    found.push((characters.len() + 1, Token::End));
    Ok(found)
}

/// What stands between quotes, in which a doubled quote (or one after a backslash) stands for itself; and what comes after.
fn quoted(characters: &[char], start: usize) -> Option<(String, usize)> {
    let quote = characters[start];
    let (mut text, mut at) = (String::new(), start + 1);
    loop {
        let character = *characters.get(at)?;
        match characters.get(at + 1) {
            Some(next) if character == quote && *next == quote => {
                text.push(quote);
                at += 2;
            }
            Some(next) if character == '\\' && *next == quote && quote == '\'' => {
                text.push(quote);
                at += 2;
            }
            _ if character == quote => return Some((text, at + 1)),
            _ => {
                text.push(character);
                at += 1;
            }
        }
    }
}

/// A number without a sign, and what comes after it.
fn number(characters: &[char], start: usize) -> Option<(f64, usize)> {
    let digits = |mut at: usize| {
        while characters.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = digits(start);
    if characters.get(at) == Some(&'.') {
        at = digits(at + 1);
    }
    if matches!(characters.get(at), Some('e' | 'E')) {
        let sign = usize::from(matches!(characters.get(at + 1), Some('+' | '-')));
        let end = digits(at + 1 + sign);
        at = if end > at + 1 + sign { end } else { return None };
    }
    let text: String = characters[start..at].iter().collect();
    let joined = characters.get(at).is_some_and(|c| is_name_start(*c));
    text.parse().ok().filter(|number: &f64| number.is_finite() && !joined).map(|number| (number, at))
}

fn is_name_start(c: char) -> bool {
    c == ':' || c == '_' || c.is_alphabetic()
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c == '.' || c.is_ascii_digit() || ('\u{300}'..='\u{36f}').contains(&c)
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    at: usize,
    depth: usize,
}

type Read<T = Node> = Result<T, Cql2Error>;

impl Reader {
    fn peek(&self) -> &Token {
        // The last token is the end, and nobody goes past it.
        self.tokens.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    fn place(&self) -> Place {
        Place::Character(self.tokens.get(self.at).map_or(0, |(place, _)| *place))
    }

    fn wrong(&self, reason: &str) -> Cql2Error {
        Cql2Error::at(&self.place(), reason)
    }

    fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += usize::from(token != Token::End);
        token
    }

    fn takes_symbol(&mut self, symbol: &str) -> bool {
        let is = matches!(self.peek(), Token::Symbol(found) if *found == symbol);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, symbol: &str) -> Read<()> {
        if self.takes_symbol(symbol) {
            Ok(())
        } else {
            Err(self.wrong(&format!("expected '{symbol}', found {}", self.peek().name())))
        }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        self.at += usize::from(is);
        is
    }

    /// Reads a part one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.wrong(&format!("more than {MAX_DEPTH} parts within one another")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Parts joined by one word, as many as there are.
    fn joined(&mut self, word: &str, part: fn(&mut Self) -> Read) -> Read {
        let place = self.place();
        let mut parts = vec![part(self)?];
        while self.takes_word(word) {
            parts.push(part(self)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::call(&place, word, parts) })
    }

    fn or(&mut self) -> Read {
        self.joined("or", Self::and)
    }

    fn and(&mut self) -> Read {
        self.joined("and", Self::not)
    }

    fn not(&mut self) -> Read {
        let place = self.place();
        if self.takes_word("not") {
            let part = self.deeper(Self::not)?;
            return Ok(Node::call(&place, "not", vec![part]));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Read {
        let left = self.sum()?;
        let place = left.place.clone();
        for symbol in ["=", "<>", "<=", ">=", "<", ">"] {
            if self.takes_symbol(symbol) {
                let right = self.sum()?;
                return Ok(Node::call(&place, symbol, vec![left, right]));
            }
        }
        if self.takes_word("is") {
            let not = self.takes_word("not");
            if !self.takes_word("null") {
                return Err(self.wrong(&format!("expected NULL, found {}", self.peek().name())));
            }
            return Ok(negated(not, Node::call(&place, "isnull", vec![left])));
        }
        let not = self.takes_word("not");
        let node = if self.takes_word("like") {
            let pattern = self.sum()?;
            Node::call(&place, "like", vec![left, pattern])
        } else if self.takes_word("ilike") {
            // Not in the standard; GDAL writes it.
            let pattern = self.sum()?;
            let folded = |node: Node| Node::call(&node.place.clone(), "casei", vec![node]);
            Node::call(&place, "like", vec![folded(left), folded(pattern)])
        } else if self.takes_word("between") {
            let low = self.sum()?;
            if !self.takes_word("and") {
                return Err(self.wrong(&format!("expected AND, found {}", self.peek().name())));
            }
            let high = self.sum()?;
            Node::call(&place, "between", vec![left, low, high])
        } else if self.takes_word("in") {
            let at = self.place();
            self.expect("(")?;
            let list = self.deeper(|reader| reader.listed(")"))?;
            Node::call(&place, "in", vec![left, Node { place: at, kind: Kind::List(list) }])
        } else if not {
            return Err(self.wrong(&format!("expected LIKE, BETWEEN or IN, found {}", self.peek().name())));
        } else {
            return Ok(left);
        };
        Ok(negated(not, node))
    }

    /// Parts with commas between them up to a closing symbol.
    fn listed(&mut self, close: &str) -> Read<Vec<Node>> {
        let mut parts = Vec::new();
        if self.takes_symbol(close) {
            return Ok(parts);
        }
        loop {
            parts.push(self.or()?);
            if self.takes_symbol(close) {
                return Ok(parts);
            }
            if !self.takes_symbol(",") {
                return Err(self.wrong(&format!("expected ',' or '{close}', found {}", self.peek().name())));
            }
        }
    }

    fn sum(&mut self) -> Read {
        let mut left = self.product()?;
        loop {
            let Some(symbol) = ["+", "-"].into_iter().find(|symbol| self.takes_symbol(symbol)) else { return Ok(left) };
            let right = self.product()?;
            left = Node::call(&left.place.clone(), symbol, vec![left, right]);
        }
    }

    fn product(&mut self) -> Read {
        let mut left = self.power()?;
        loop {
            let symbol = ["*", "/", "%"].into_iter().find(|symbol| self.takes_symbol(symbol));
            let Some(symbol) = symbol.or_else(|| self.takes_word("div").then_some("div")) else { return Ok(left) };
            let right = self.power()?;
            left = Node::call(&left.place.clone(), symbol, vec![left, right]);
        }
    }

    fn power(&mut self) -> Read {
        let base = self.factor()?;
        if self.takes_symbol("^") {
            let exponent = self.deeper(Self::power)?;
            return Ok(Node::call(&base.place.clone(), "^", vec![base, exponent]));
        }
        Ok(base)
    }

    fn factor(&mut self) -> Read {
        let place = self.place();
        let node = |kind| Ok(Node { place: place.clone(), kind });
        match self.advance() {
            Token::Symbol("-") => {
                let part = self.deeper(Self::factor)?;
                match part.kind {
                    Kind::Number(number) => node(Kind::Number(-number)),
                    kind => {
                        let zero = Node { place: place.clone(), kind: Kind::Number(0.0) };
                        let part = Node { place: part.place, kind };
                        Ok(Node::call(&place, "-", vec![zero, part]))
                    }
                }
            }
            Token::Symbol("+") => self.deeper(Self::factor),
            Token::Symbol("(") => {
                let mut list = self.deeper(|reader| reader.listed(")"))?;
                if list.len() == 1 { Ok(list.remove(0)) } else { node(Kind::List(list)) }
            }
            Token::Number(number) => node(Kind::Number(number)),
            Token::Text(text) => node(Kind::Text(text)),
            Token::Quoted(name) => node(Kind::Property(name)),
            Token::Word(word) => self.word(place, word),
            token => Err(Cql2Error::at(&place, format!("expected a value, found {}", token.name()))),
        }
    }

    /// What begins with a word: a keyword, a function, or the name of a property.
    fn word(&mut self, place: Place, word: String) -> Read {
        let name = word.to_ascii_lowercase();
        let node = |kind| Ok(Node { place: place.clone(), kind });
        match name.as_str() {
            "true" => return node(Kind::Truth(true)),
            "false" => return node(Kind::Truth(false)),
            "and" | "or" | "not" | "like" | "between" | "in" | "is" | "null" | "div" => {
                return Err(Cql2Error::at(
                    &place,
                    format!("expected a value, found '{word}'; a property of that name needs double quotes"),
                ));
            }
            _ => {}
        }
        if !matches!(self.peek(), Token::Symbol("(")) {
            return node(Kind::Property(word));
        }
        if let Some(geometry) = self.geometry(&name)? {
            return node(Kind::Geometry(geometry));
        }
        self.expect("(")?;
        match name.as_str() {
            "bbox" => {
                let mut numbers = vec![self.signed()?];
                while self.takes_symbol(",") {
                    numbers.push(self.signed()?);
                }
                self.expect(")")?;
                node(Kind::Bbox(numbers))
            }
            "date" | "timestamp" => {
                let at = self.place();
                let Token::Text(text) = self.advance() else {
                    return Err(Cql2Error::at(&at, "expected a text in single quotes"));
                };
                self.expect(")")?;
                node(Kind::Moment(moment(&at, &name, &text)?))
            }
            _ => {
                let arguments = self.deeper(|reader| reader.listed(")"))?;
                node(Kind::Call(name, arguments))
            }
        }
    }

    /// A geometry as well-known text, when the word before it names one.
    fn geometry(&mut self, name: &str) -> Read<Option<Geometry<f64>>> {
        Ok(Some(match name {
            "point" => Point(self.in_brackets(Self::coordinate)?).into(),
            "linestring" => LineString(self.coordinates()?).into(),
            "polygon" => self.polygon()?.into(),
            // The standard's grammar has brackets around each point, older writers leave them out.
            "multipoint" => {
                let point = |reader: &mut Self| {
                    let bracketed = matches!(reader.peek(), Token::Symbol("("));
                    if bracketed { reader.in_brackets(Self::coordinate) } else { reader.coordinate() }
                };
                MultiPoint(self.many(point)?.into_iter().map(Point).collect()).into()
            }
            "multilinestring" => MultiLineString(self.many(|reader| Ok(LineString(reader.coordinates()?)))?).into(),
            "multipolygon" => MultiPolygon(self.many(Self::polygon)?).into(),
            "geometrycollection" => {
                let part = |reader: &mut Self| {
                    let place = reader.place();
                    let Token::Word(word) = reader.advance() else { return Err(Cql2Error::at(&place, "expected a geometry")) };
                    let part = reader.deeper(|reader| reader.geometry(&word.to_ascii_lowercase()))?;
                    part.ok_or_else(|| Cql2Error::at(&place, format!("'{word}' is no geometry")))
                };
                Geometry::GeometryCollection(GeometryCollection(self.many(part)?))
            }
            _ => return Ok(None),
        }))
    }

    fn in_brackets<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.expect("(")?;
        let read = read(self)?;
        self.expect(")")?;
        Ok(read)
    }

    fn many<T>(&mut self, mut part: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.in_brackets(|reader| {
            let mut parts = vec![part(reader)?];
            while reader.takes_symbol(",") {
                parts.push(part(reader)?);
            }
            Ok(parts)
        })
    }

    fn polygon(&mut self) -> Read<Polygon<f64>> {
        let mut rings = self.many(Self::coordinates)?.into_iter().map(LineString);
        // `many` reads at least one.
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn coordinates(&mut self) -> Read<Vec<Coord<f64>>> {
        self.many(Self::coordinate)
    }

    /// Two numbers; a third, the height, is set aside.
    fn coordinate(&mut self) -> Read<Coord<f64>> {
        let (x, y) = (self.signed()?, self.signed()?);
        if !matches!(self.peek(), Token::Symbol("," | ")")) {
            self.signed()?;
        }
        Ok(Coord { x, y })
    }

    fn signed(&mut self) -> Read<f64> {
        let sign = if self.takes_symbol("-") {
            -1.0
        } else {
            self.takes_symbol("+");
            1.0
        };
        let place = self.place();
        match self.advance() {
            Token::Number(number) => Ok(sign * number),
            token => Err(Cql2Error::at(&place, format!("expected a number, found {}", token.name()))),
        }
    }
}

fn negated(not: bool, node: Node) -> Node {
    if not { Node::call(&node.place.clone(), "not", vec![node]) } else { node }
}

/// Reads what stands in `DATE('…')` or `TIMESTAMP('…')`.
pub(super) fn moment(place: &Place, name: &str, text: &str) -> Read<Moment> {
    let form = if name == "date" { "a date as '2023-02-03'" } else { "an instant as '2023-02-03T04:05:06Z'" };
    let fault = || Cql2Error::at(place, format!("'{text}' is not {form}"));
    match (Moment::parse(text).map_err(|_| fault())?, name) {
        (moment @ Moment::Day(_), "date") | (moment @ Moment::Instant(_), "timestamp") => Ok(moment),
        _ => Err(fault()),
    }
}
