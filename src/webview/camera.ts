import type { Point } from './layout.ts';

/** How the drawing lies in the window: `screen = drawing · scale + (x, y)`. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Point, Size {}

const LEAST_SCALE = 0.05;
const MOST_SCALE = 3;
/** Left free around the drawing. */
const MARGIN = 32;

/** All of the drawing, in the middle, no larger than life. */
export function fitted(drawing: Size, view: Size): Camera {
  const scale = Math.max(
    LEAST_SCALE,
    Math.min(1, (view.width - 2 * MARGIN) / drawing.width, (view.height - 2 * MARGIN) / drawing.height),
  );
  return {
    scale,
    x: Math.round((view.width - drawing.width * scale) / 2),
    y: Math.round((view.height - drawing.height * scale) / 2),
  };
}

/** Larger or smaller, with one point of the window staying where it is. */
export function zoomed(camera: Camera, factor: number, around: Point): Camera {
  const scale = Math.max(LEAST_SCALE, Math.min(MOST_SCALE, camera.scale * factor));
  const change = scale / camera.scale;
  return {
    scale,
    x: around.x - (around.x - camera.x) * change,
    y: around.y - (around.y - camera.y) * change,
  };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** With a point of the drawing in the middle of the window. */
export function centred({ scale }: Camera, { x, y }: Point, view: Size): Camera {
  return { scale, x: view.width / 2 - x * scale, y: view.height / 2 - y * scale };
}

/** The least move that brings a box of the drawing inside the window; its near corner where it is too large. */
export function revealing(camera: Camera, box: Box, view: Size): Camera {
  const x = camera.x + box.x * camera.scale;
  const y = camera.y + box.y * camera.scale;
  return panned(
    camera,
    shift(x, box.width * camera.scale, view.width),
    shift(y, box.height * camera.scale, view.height),
  );
}

/** True where no part of the drawing is outside the window. */
export function showsAll(camera: Camera, drawing: Size, view: Size): boolean {
  return (
    camera.x >= 0 &&
    camera.y >= 0 &&
    camera.x + drawing.width * camera.scale <= view.width &&
    camera.y + drawing.height * camera.scale <= view.height
  );
}

function shift(start: number, length: number, room: number): number {
  const margin = Math.min(MARGIN / 2, Math.max(0, (room - length) / 2));
  if (start < margin || length > room) return margin - start;
  return Math.min(0, room - margin - (start + length));
}
