/** For screens with fine pixels. */
const SCALE = 2;
/** What browsers make pictures of at most, on the careful side. */
const MOST_PIXELS = 8000;

/** A PNG of an SVG in base64; undefined when the browser cannot make one. */
export async function paint(svg: string): Promise<string | undefined> {
  try {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const { naturalWidth, naturalHeight } = image;
    const scale = Math.min(SCALE, MOST_PIXELS / Math.max(1, naturalWidth, naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(naturalWidth * scale);
    canvas.height = Math.round(naturalHeight * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png').split(',')[1];
  } catch {
    return undefined;
  }
}
