/**
 * The candidate a person most likely meant: the closest by edit distance with transpositions (optimal string
 * alignment, Damerau 1964), no further than a third of the word's length (at least 1). Case counts for nothing.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return nearestAll(word, candidates)[0];
}

/** All candidates at that closest distance: where there are several, nobody knows which one was meant. */
export function nearestAll(word: string, candidates: Iterable<string>): readonly string[] {
  const wanted = word.toLowerCase();
  let best: string[] = [];
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3));
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance > bestDistance) continue;
    if (distance < bestDistance) best = [];
    bestDistance = distance;
    best.push(candidate);
  }
  return best;
}

/** The distance, or anything above `most` where it is above: most candidates are far off, and found to be so soon. */
function editDistance(a: string, b: string, most: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = Array.from({ length: b.length + 1 }, () => Infinity);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(at(row, j - 1) + 1, at(previous, j) + 1, at(previous, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(beforePrevious, j - 2) + 1);
      }
      row[j] = distance;
      least = Math.min(least, distance);
    }
    if (least > most) return least;
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], i: number): number {
  return row[i] ?? Infinity;
}
