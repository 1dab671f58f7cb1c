// Every colour drawn on a canvas, for the light and the dark page. Sides carry Okabe–Ito hues, which stay apart for
// colour-blind readers; regions and roads use neutral and other ramps so that a hue always means a side.

import type { CorridorStatus, Side } from "../types";

export interface Palette {
  dark: boolean;
  sea: string;
  land: string;
  lake: string;
  coast: string;
  river: string;
  border: string;
  regionLine: string;
  ink: string;
  muted: string;
  paper: string;
  halo: string;
  seaInk: string;
  countryInk: string;
  regionRamp: string[];
  sides: Record<Side, string>;
  corridors: Record<CorridorStatus, string>;
  /** Thin outline that lifts a symbol off the map. */
  edge: string;
  /** Halo around near-black symbols on the dark page. */
  darkHalo: string;
}

const HUES: Record<Side, string> = {
  state: "#0072B2",
  foreign_ally: "#CC79A7",
  jnim: "#D55E00",
  islamic_state: "#17171a",
  separatist: "#009E73",
  self_defence: "#56B4E9",
  international: "#F0E442",
  civilian: "#8a8a86",
  other: "#8a8a86",
  unknown: "#8a8a86",
};

export const LIGHT: Palette = {
  dark: false,
  sea: "#dbe4e6",
  land: "#f7f3ea",
  lake: "#d3dfe2",
  coast: "#b4c3c6",
  river: "#c3d3d7",
  border: "#a2957f",
  regionLine: "#d3c8b5",
  ink: "#26221c",
  muted: "#6f675a",
  paper: "#fffdf8",
  halo: "rgba(250, 247, 240, 0.92)",
  seaInk: "#718a91",
  countryInk: "#9d917d",
  regionRamp: ["#eee2cb", "#e2cda6", "#d0b27e", "#b48f58", "#8f6c3c"],
  sides: HUES,
  corridors: {
    open: "#4c6b78",
    disrupted: "#a87200",
    escort_only: "#a3560f",
    blocked: "#a3123f",
    cut: "#54001f",
    unknown: "#857f74",
  },
  edge: "rgba(255, 253, 248, 0.95)",
  darkHalo: "rgba(255, 253, 248, 0.95)",
};

export const DARK: Palette = {
  dark: true,
  sea: "#171d21",
  land: "#2a2f32",
  lake: "#1c2429",
  coast: "#44525a",
  river: "#3c4a51",
  border: "#807c72",
  regionLine: "#3e4346",
  ink: "#ece7dc",
  muted: "#a9a396",
  paper: "#1a1e21",
  halo: "rgba(36, 41, 44, 0.92)",
  seaInk: "#6d8791",
  countryInk: "#8d8a81",
  regionRamp: ["#40392c", "#554832", "#705c39", "#8f7443", "#b39254"],
  sides: { ...HUES, state: "#2b8fd0", civilian: "#a5a39c", other: "#a5a39c", unknown: "#a5a39c", islamic_state: "#000000" },
  corridors: {
    open: "#8fb0bd",
    disrupted: "#e0a526",
    escort_only: "#d9843a",
    blocked: "#f0507f",
    cut: "#ff9db8",
    unknown: "#8d8a83",
  },
  edge: "rgba(30, 34, 37, 0.95)",
  darkHalo: "rgba(196, 191, 179, 0.95)",
};

/** Mixes two hex colours; 0 gives the first. */
export function mix(a: string, b: string, share: number): string {
  const channel = (hex: string, i: number) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(a, i) * (1 - share) + channel(b, i) * share));
  return `rgb(${mixed.join(", ")})`;
}

/** Of bars, which have no halo: near-black does not show on the dark page. */
export function barHue(palette: Palette, side: Side): string {
  return side === "islamic_state" && palette.dark ? "#d9d4c8" : palette.sides[side];
}
