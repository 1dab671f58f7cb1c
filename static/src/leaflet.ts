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

export type Draw = (context: CanvasRenderingContext2D, frame: Frame) => void;

/** The area the page opens on: west, south, east, north. */
const HOME = { west: -12.6, south: 9.2, east: 7.6, north: 20.6 };
/** The same for an upright screen, where that area would shrink to a stripe. */
const HOME_UPRIGHT = { west: -9.6, south: 10.4, east: 3.6, north: 17.6 };
/** The basemap ends here (in the west there is only sea): beyond, land would look like sea. */
const LIMITS = L.latLngBounds([0, -27], [30, 22]);
/** The canvases from the bottom up. */
const ORDER = ["ground", "regions", "borders", "corridors", "control", "labels", "incidents"] as const;
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
    const pad = size.multiplyBy(PADDING).round();
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
    context.clearRect(0, 0, this.frame.width, this.frame.height);
    this.paint(context, this.frame);
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
  show(lon: number, lat: number): void;
  /** Point in CSS pixels of the map's container -> unit square. */
  toWorld(x: number, y: number): { x: number; y: number };
  scale(): number;
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
  return {
    container,
    addCanvas(name, draw) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(200 + 10 * ORDER.indexOf(name));
      pane.style.pointerEvents = "none";
      const layer = new CanvasLayer(name, draw);
      layer.addTo(map);
      return () => layer.redraw();
    },
    getView() {
      const center = map.getCenter();
      return { lat: center.lat, lon: center.lng, zoom: map.getZoom() };
    },
    setView: (view) => void map.setView([view.lat, view.lon], view.zoom, { animate: false }),
    home,
    show(lon, lat) {
      if (!map.getBounds().pad(-0.15).contains([lat, lon])) map.panTo([lat, lon], { animate: !still });
    },
    toWorld(x, y) {
      const place = map.containerPointToLatLng([x, y]);
      return { x: worldX(place.lng), y: worldY(place.lat) };
    },
    scale: () => 256 * 2 ** map.getZoom(),
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
