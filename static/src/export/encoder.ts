// The parts of mediabunny that a film takes, in a bundle of their own that is loaded when the first film is made.

export { BufferTarget, CanvasSource, Mp4OutputFormat, Output, QUALITY_HIGH, WebMOutputFormat, getFirstEncodableVideoCodec } from "mediabunny";
