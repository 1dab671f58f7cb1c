// The one file that touches Leaflet: the map, and canvas layers that follow it. Layers get a Frame and draw; they know no Leaflet.

import * as L from "leaflet";
import { worldX, worldY } from "./data/mercator";
import type { View } from "./state";

/** Where the unit square of Web Mercator lies on a canvas, in CSS pixels. */
export interface Frame {
  scale: number;
  originX: number;
  originY: number;
  width: number;
  height: number;
  zoom: number;
}

/** Draws one picture; `which` is 1 for the second of two dates that are compared. */
export type Draw = (context: CanvasRenderingContext2D, frame: Frame, which: 0 | 1) => void;

/** The area the page opens on: west, south, east, north. */
const HOME = { west: -12.6, south: 9.2, east: 7.6, north: 20.6 };
/** The same for an upright screen, where that area would shrink to a stripe. */
const HOME_UPRIGHT = { west: -9.6, south: 10.4, east: 3.6, north: 17.6 };
/** The basemap ends here (in the west there is only sea): beyond, land would look like sea. */
const LIMITS = L.latLngBounds([0, -27], [30, 22]);
/** The canvases from the bottom up. */
const ORDER = ["ground", "regions", "areas", "front", "borders", "corridors", "control", "changes", "labels", "incidents", "sketch"] as const;
/** Look the same on every date. */
const TIMELESS: readonly string[] = ["ground", "borders", "labels", "sketch", "changes"];
export type CanvasName = (typeof ORDER)[number];
/** Beyond the view, so that a drag shows no blank edge before the redraw. */
const PADDING = 0.12;

class CanvasLayer extends L.Layer {
  private canvas = document.createElement("canvas");
  private frame: Frame | null = null;
  private topLeft = L.latLng(0, 0);
  private origin = L.point(0, 0);

  constructor(
    private readonly name: string,
    private readonly paint: Draw,
    private readonly split: () => number | null,
  ) {
    super();
  }

  override onAdd(map: L.Map): this {
    this.canvas.className = "map-canvas leaflet-zoom-animated";
    map.getPane(this.name)!.append(this.canvas);
    map.on("moveend resize", this.reset, this);
    map.on("zoomanim", this.follow, this);
    this.reset();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("moveend resize", this.reset, this);
    map.off("zoomanim", this.follow, this);
    this.canvas.remove();
    return this;
  }

  /** Fits the canvas to the view and draws. */
  private reset(): void {
    const map = this._map;
    const size = map.getSize();
    const pad = this.pad();
    const width = size.x + 2 * pad.x;
    const height = size.y + 2 * pad.y;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const corner = L.point(0, 0).subtract(pad);
    const position = map.containerPointToLayerPoint(corner);
    L.DomUtil.setTransform(this.canvas, position, 1);
    this.topLeft = map.containerPointToLatLng(corner);
    this.origin = map.project(this.topLeft, map.getZoom());
    this.frame = {
      scale: 256 * 2 ** map.getZoom(),
      originX: this.origin.x,
      originY: this.origin.y,
      width,
      height,
      zoom: map.getZoom(),
    };
    this.redraw();
  }

  /** Draws in place; nothing is removed first, so no frame is blank. */
  redraw(): void {
    const context = this.canvas.getContext("2d");
    if (!context || !this.frame) return;
    const ratio = this.canvas.width / this.frame.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { width, height } = this.frame;
    context.clearRect(0, 0, width, height);
    const split = TIMELESS.includes(this.name) ? null : this.split();
    if (split === null) {
      this.paint(context, this.frame, 0);
      return;
    }
    // Two dates side by side: the one to compare with left of the line, the clock's right of it.
    const line = Math.round(this.pad().x + split * this._map.getSize().x);
    for (const which of [0, 1] as const) {
      context.save();
      context.beginPath();
      if (which === 1) context.rect(0, 0, line, height);
      else context.rect(line, 0, width - line, height);
      context.clip();
      this.paint(context, this.frame, which);
      context.restore();
    }
  }

  private pad(): L.Point {
    return this._map.getSize().multiplyBy(PADDING).round();
  }

  /** What of the canvas lies in the map's frame, drawn onto another. */
  copyTo(context: CanvasRenderingContext2D): void {
    if (!this.frame) return;
    const size = this._map.getSize();
    const pad = this.pad();
    const ratio = this.canvas.width / this.frame.width;
    context.drawImage(this.canvas, pad.x * ratio, pad.y * ratio, size.x * ratio, size.y * ratio, 0, 0, size.x, size.y);
  }

  /** During an animated zoom the drawn picture is scaled along. */
  private follow(event: L.LeafletEvent): void {
    const { zoom, center } = event as L.ZoomAnimEvent;
    const map = this._map;
    const pane = L.DomUtil.getPosition(map.getPane("mapPane")!) ?? L.point(0, 0);
    const corner = map
      .project(this.topLeft, zoom)
      .subtract(map.project(center, zoom).subtract(map.getSize().divideBy(2)).round())
      .subtract(pane);
    L.DomUtil.setTransform(this.canvas, corner, map.getZoomScale(zoom, map.getZoom()));
  }
}

export interface MapHandle {
  /** Adds a canvas at its place in the order; the answer redraws it. */
  addCanvas(name: CanvasName, draw: Draw): () => void;
  getView(): View;
  setView(view: View): void;
  /** Fits the Sahel, leaving room for what covers the map's edges. */
  home(): void;
  /** Pans so that the point is visible; zooms in only when asked. */
  show(lon: number, lat: number, near?: boolean): void;
  /** Point in CSS pixels of the map's container -> unit square. */
  toWorld(x: number, y: number): { x: number; y: number };
  /** The same -> longitude and latitude. */
  toDegrees(x: number, y: number): [number, number];
  scale(): number;
  /** West, south, east, north of the view in degrees. */
  bounds(): [number, number, number, number];
  /** The unit square's part in view: left, top, right, bottom. */
  worldBounds(): [number, number, number, number];
  fit(west: number, south: number, east: number, north: number): void;
  /** Share of the width at which the second date begins; null draws one date. */
  setSplit(split: number | null): void;
  /** The picture as it is, all layers, at the size of the map in CSS pixels. */
  copyTo(context: CanvasRenderingContext2D): void;
  /** Point in degrees -> CSS pixels of the map's container. */
  toScreen(lon: number, lat: number): { x: number; y: number };
  /** Names above the incidents, or below them as usual: a name may hide dots, but no symbol. */
  namesAbove(above: boolean): void;
  /** Holds the map still while something is drawn on it. */
  hold(still: boolean): void;
  onMoved(run: () => void): void;
  onClick(run: (x: number, y: number) => void): void;
  onHover(run: (x: number, y: number) => void, leave: () => void): void;
  setZoomTitles(zoomIn: string, zoomOut: string): void;
  resize(): void;
  container: HTMLElement;
}

export function createMap(container: HTMLElement, still: boolean): MapHandle {
  const map = L.map(container, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.25,
    zoomDelta: 0.75,
    wheelPxPerZoomLevel: 110,
    minZoom: 4,
    maxZoom: 12,
    maxBounds: LIMITS,
    maxBoundsViscosity: 1,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
  });
  const zoomControl = L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 110 }).addTo(map);

  /** Not so far out that the view is wider than the basemap. */
  const limitZoom = () => {
    const least = map.getBoundsZoom(LIMITS, true);
    if (Number.isFinite(least)) map.setMinZoom(Math.max(4, Math.ceil(least * 4) / 4));
  };
  const home = () => {
    limitZoom();
    const size = map.getSize();
    const area = size.x < size.y ? HOME_UPRIGHT : HOME;
    map.fitBounds([[area.south, area.west], [area.north, area.east]], { animate: false });
  };
  home();
  let split: number | null = null;
  const layers = new Map<CanvasName, CanvasLayer>();
  return {
    container,
    addCanvas(name, draw) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(200 + 10 * ORDER.indexOf(name));
      pane.style.pointerEvents = "none";
      const layer = new CanvasLayer(name, draw, () => split);
      layers.set(name, layer);
      layer.addTo(map);
      return () => layer.redraw();
    },
    getView() {
      const center = map.getCenter();
      return { lat: center.lat, lon: center.lng, zoom: map.getZoom() };
    },
    setView: (view) => void map.setView([view.lat, view.lon], view.zoom, { animate: false }),
    home,
    show(lon, lat, near = false) {
      if (near && map.getZoom() < 8) {
        map.setView([lat, lon], 8, { animate: false });
        return;
      }
      if (!map.getBounds().pad(-0.15).contains([lat, lon])) map.panTo([lat, lon], { animate: !still });
    },
    toWorld(x, y) {
      const place = map.containerPointToLatLng([x, y]);
      return { x: worldX(place.lng), y: worldY(place.lat) };
    },
    toDegrees(x, y) {
      const place = map.containerPointToLatLng([x, y]);
      return [place.lng, place.lat];
    },
    scale: () => 256 * 2 ** map.getZoom(),
    bounds() {
      const view = map.getBounds();
      return [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    },
    worldBounds() {
      const view = map.getBounds();
      return [worldX(view.getWest()), worldY(view.getNorth()), worldX(view.getEast()), worldY(view.getSouth())];
    },
    fit: (west, south, east, north) => void map.fitBounds([[south, west], [north, east]], { animate: false, maxZoom: 9 }),
    setSplit(share) {
      split = share;
      for (const [name, layer] of layers) if (!TIMELESS.includes(name)) layer.redraw();
    },
    copyTo(context) {
      const height = (name: CanvasName) => Number(map.getPane(name)?.style.zIndex ?? 0);
      for (const name of [...layers.keys()].sort((a, b) => height(a) - height(b))) layers.get(name)?.copyTo(context);
    },
    namesAbove(above) {
      const pane = map.getPane("labels");
      if (pane) pane.style.zIndex = String(200 + 10 * ORDER.indexOf(above ? "incidents" : "labels") + (above ? 1 : 0));
    },
    toScreen(lon, lat) {
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      return { x, y };
    },
    hold(still) {
      for (const handler of [map.dragging, map.doubleClickZoom, map.touchZoom, map.boxZoom]) still ? handler.disable() : handler.enable();
    },
    onMoved: (run) => void map.on("moveend", run),
    onClick: (run) => void map.on("click", (event) => run(event.containerPoint.x, event.containerPoint.y)),
    onHover(run, leave) {
      map.on("mousemove", (event) => run(event.containerPoint.x, event.containerPoint.y));
      map.on("mouseout movestart", leave);
    },
    setZoomTitles(zoomIn, zoomOut) {
      const [first, second] = Array.from(zoomControl.getContainer()?.querySelectorAll("a") ?? []);
      for (const [link, title] of [[first, zoomIn], [second, zoomOut]] as const) {
        link?.setAttribute("title", title);
        link?.setAttribute("aria-label", title);
      }
    },
    resize() {
      map.invalidateSize({ animate: false });
      limitZoom();
    },
  };
}
