// Every colour drawn on a canvas, for the light and the dark page. Sides carry Okabe–Ito hues, which stay apart for
// colour-blind readers; regions and roads use neutral and other ramps so that a hue always means a side.

import type { CorridorStatus, Side } from "../types";

export interface Palette {
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
    disrupted: "#c98a00",
    escort_only: "#a3560f",
    blocked: "#a3123f",
    cut: "#54001f",
    unknown: "#9b958a",
  },
  edge: "rgba(255, 253, 248, 0.95)",
  darkHalo: "rgba(255, 253, 248, 0.95)",
};

export const DARK: Palette = {
  sea: "#10161a",
  land: "#1f2326",
  lake: "#141c21",
  coast: "#39454b",
  river: "#2c3a41",
  border: "#6d6a62",
  regionLine: "#33373a",
  ink: "#ece7dc",
  muted: "#a9a396",
  paper: "#1a1e21",
  halo: "rgba(24, 28, 31, 0.92)",
  seaInk: "#5f7983",
  countryInk: "#77756e",
  regionRamp: ["#332e25", "#4a3f2c", "#665434", "#876d3f", "#ad8c50"],
  sides: { ...HUES, state: "#2b8fd0", civilian: "#a5a39c", other: "#a5a39c", unknown: "#a5a39c", islamic_state: "#08080a" },
  corridors: {
    open: "#8fb0bd",
    disrupted: "#e0a526",
    escort_only: "#d9843a",
    blocked: "#f0507f",
    cut: "#ff9db8",
    unknown: "#7d7b75",
  },
  edge: "rgba(20, 24, 27, 0.95)",
  darkHalo: "rgba(238, 233, 222, 0.95)",
};

/** Mixes two hex colours; 0 gives the first. */
export function mix(a: string, b: string, share: number): string {
  const channel = (hex: string, i: number) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => Math.round(channel(a, i) * (1 - share) + channel(b, i) * share));
  return `rgb(${mixed.join(", ")})`;
}
