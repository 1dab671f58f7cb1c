// What is played as a picture, an animation or a film. Each frame is the player's own picture of its step, taken after the step was drawn.

import { stepWindow } from "../calendar";
import type { Span } from "../calendar";
import type { MapHandle } from "../leaflet";
import type { Page } from "../page";
import { FrameMaker } from "./frame";

export interface FilmOptions {
  /** Windows of the steps, in order. */
  steps: Span[];
  /** Steps a second. */
  speed: number;
  /** Told after each frame; an answer of false stops. */
  progress: (done: number, all: number) => boolean;
}

/** Longest film: more would take longer than anybody waits. */
export const MOST_FRAMES = 600;

/** The steps from the window in force to the end, or from the start when it stands at the end. */
export function filmSteps(page: Page): Span[] {
  const { store, data } = page;
  const { mode, unit, reverse, from, to } = store.get();
  const steps: Span[] = [{ from, to }];
  for (let window: Span = { from, to }; steps.length < MOST_FRAMES; ) {
    const next = stepWindow(window, mode, unit, reverse ? -1 : 1, data.span);
    if (next.from === window.from && next.to === window.to) break;
    if (!reverse && mode !== "remaining" && window.to >= data.lastRecord) break;
    steps.push((window = next));
  }
  return steps;
}

export function canFilm(): boolean {
  return "VideoEncoder" in window;
}

export function pngFrame(page: Page, map: MapHandle): Promise<Blob> {
  const frame = new FrameMaker(page, map, Math.min(window.devicePixelRatio || 1, 2));
  frame.draw();
  return new Promise((resolve, reject) => frame.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

/** Runs over the steps and puts the clock back where it was. Lets the page breathe between frames. */
async function eachStep(page: Page, map: MapHandle, ratio: number, options: FilmOptions, take: (frame: FrameMaker, i: number) => void | Promise<void>): Promise<boolean> {
  const { from, to } = page.store.get();
  page.store.set({ playing: false });
  const frame = new FrameMaker(page, map, ratio);
  try {
    for (const [i, step] of options.steps.entries()) {
      page.store.set({ from: step.from, to: step.to });
      frame.draw();
      await take(frame, i);
      await new Promise((resolve) => window.setTimeout(resolve, 0));
      if (!options.progress(i + 1, options.steps.length)) return false;
    }
    return true;
  } finally {
    page.store.set({ from, to });
  }
}

/** A GIF: 256 colours, no wider than 900 pixels, the last step held. Null when it was stopped. */
export async function makeGif(page: Page, map: MapHandle, options: FilmOptions): Promise<Blob | null> {
  const { GIFEncoder, applyPalette, quantize } = await import("gifenc");
  const gif = GIFEncoder();
  const ratio = Math.min(1, 900 / map.container.clientWidth);
  const delay = Math.max(20, Math.round(1000 / options.speed));
  const last = options.steps.length - 1;
  const done = await eachStep(page, map, ratio, options, ({ canvas }, i) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const palette = quantize(data, 256);
    gif.writeFrame(applyPalette(data, palette), canvas.width, canvas.height, { palette, delay: i === last ? Math.max(delay, 2000) : delay });
  });
  if (!done) return null;
  gif.finish();
  return new Blob([gif.bytes() as Uint8Array<ArrayBuffer>], { type: "image/gif" });
}

/** A film in the best codec that the browser encodes. Null when it was stopped. */
export async function makeVideo(page: Page, map: MapHandle, options: FilmOptions): Promise<{ blob: Blob; extension: string } | null> {
  const { BufferTarget, CanvasSource, Mp4OutputFormat, Output, QUALITY_HIGH, WebMOutputFormat, getFirstEncodableVideoCodec } = await import("./encoder");
  const probe = new FrameMaker(page, map, 1);
  const size = { width: probe.canvas.width, height: probe.canvas.height };
  const mp4 = await getFirstEncodableVideoCodec(["avc", "hevc"], size);
  const codec = mp4 ?? (await getFirstEncodableVideoCodec(["vp9", "av1", "vp8"], size));
  if (!codec) throw new Error("no codec");
  const format = mp4 ? new Mp4OutputFormat() : new WebMOutputFormat();
  const target = new BufferTarget();
  const output = new Output({ format, target });
  // The frames are drawn on one canvas of their own; the source reads it when it is told to.
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [size.width, size.height];
  const pen = sheet.getContext("2d")!;
  const source = new CanvasSource(sheet, { codec, bitrate: QUALITY_HIGH });
  output.addVideoTrack(source, { frameRate: options.speed });
  await output.start();
  const last = options.steps.length - 1;
  const done = await eachStep(page, map, 1, options, async ({ canvas }, i) => {
    pen.drawImage(canvas, 0, 0);
    await source.add(i / options.speed, i === last ? 2 : 1 / options.speed);
  });
  if (!done) {
    await output.cancel();
    return null;
  }
  await output.finalize();
  const type = mp4 ? "video/mp4" : "video/webm";
  return { blob: new Blob([target.buffer!], { type }), extension: mp4 ? "mp4" : "webm" };
}
