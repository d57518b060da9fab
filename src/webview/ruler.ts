/** Measures text as it will be drawn, because SVG text neither wraps nor ends in an ellipsis by itself. */
export interface Ruler {
  /** In pixels. */
  width(text: string, style: TextStyle): number;
  /** The text, or as much of its start as fits with an ellipsis. */
  shortened(text: string, style: TextStyle, width: number): string;
}

/** The two styles of `graph.css`: a step's label, and the line below it. */
export type TextStyle = 'label' | 'line';

const FONTS: Readonly<Record<TextStyle, string>> = { label: '600 13px', line: '400 11.5px' };

/** For the font the page has now. */
export function ruler(): Ruler {
  const context = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(document.body).fontFamily;
  const width = (text: string, style: TextStyle): number => {
    if (context === null) return text.length * 7;
    context.font = `${FONTS[style]} ${family}`;
    return context.measureText(text).width;
  };
  return {
    width,
    shortened(text, style, room) {
      if (width(text, style) <= room) return text;
      const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
      let low = 0;
      let high = characters.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (width(`${characters.slice(0, middle).join('')}…`, style) <= room) low = middle;
        else high = middle - 1;
      }
      return `${characters.slice(0, low).join('').trimEnd()}…`;
    },
  };
}
