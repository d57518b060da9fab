import type { Point } from './layout.ts';

/** What hands can do with the drawing. */
export interface Gestures {
  pan(dx: number, dy: number): void;
  zoom(factor: number, around: Point): void;
}

/** A hand that moved less than this, in pixels, meant a click. */
const CLICK = 4;

/**
 * Wheel and pinch zoom at the pointer, a drag pans, and so does a wheel turned sideways or with Shift. A drag may
 * begin on a card; the click that would follow it is swallowed.
 */
export function watchGestures(stage: SVGSVGElement, gestures: Gestures): void {
  const here = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      const sideways = !event.ctrlKey && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY));
      if (sideways) {
        const dx = event.deltaX === 0 ? event.deltaY : event.deltaX;
        gestures.pan(-dx * unit, 0);
        return;
      }
      // A pinch on a touchpad comes as a wheel with Ctrl and small steps.
      const speed = event.ctrlKey && Math.abs(event.deltaY) < 50 ? 0.01 : 0.002;
      const turn = Math.max(-250, Math.min(250, event.deltaY * unit));
      gestures.zoom(Math.exp(-turn * speed), here(event));
    },
    { passive: false },
  );

  const hands = new Map<number, Point>();
  let moved = 0;
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (hands.size === 0) moved = 0;
    hands.set(event.pointerId, here(event));
  });
  stage.addEventListener('pointermove', (event) => {
    const before = hands.get(event.pointerId);
    if (before === undefined) return;
    const now = here(event);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    if (hands.size === 1 && moved + Math.hypot(dx, dy) < CLICK) return;
    if (moved === 0) stage.setPointerCapture(event.pointerId);
    moved += Math.hypot(dx, dy);
    stage.classList.add('dragged');
    const other = [...hands].find(([id]) => id !== event.pointerId)?.[1];
    hands.set(event.pointerId, now);
    if (other === undefined) {
      gestures.pan(dx, dy);
      return;
    }
    const [was, is] = [distance(before, other), distance(now, other)];
    gestures.pan(dx / 2, dy / 2);
    if (was > 0 && is > 0) gestures.zoom(is / was, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  });
  const lift = (event: PointerEvent): void => {
    hands.delete(event.pointerId);
    if (hands.size === 0) stage.classList.remove('dragged');
  };
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener(
    'click',
    (event) => {
      if (moved >= CLICK) event.stopPropagation();
      moved = 0;
    },
    { capture: true },
  );
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
