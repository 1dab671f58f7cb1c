// Web Mercator between degrees and the unit square (0–1, y down). Pure.

export function worldX(lon: number): number {
  return lon / 360 + 0.5;
}

export function worldY(lat: number): number {
  const sine = Math.sin((Math.max(Math.min(lat, 85.0511), -85.0511) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Kilometres on the ground as a share of the unit square, at a height y of it. */
export function worldLength(km: number, y: number): number {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * y)));
  return km / (40_075.017 * Math.cos(latitude));
}
