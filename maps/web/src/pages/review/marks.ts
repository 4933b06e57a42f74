export interface Piece {
  text: string;
  same: boolean;
}

/**
 * Both texts cut into pieces that they share, in order, and pieces that only one has: by their
 * longest common subsequence of characters.
 */
export function marked(left: string, right: string): [Piece[], Piece[]] {
  const a = [...left];
  const b = [...right];
  const kept = common(a, b);
  return [pieces(a, new Set(kept.map(([i]) => i))), pieces(b, new Set(kept.map(([, j]) => j)))];
}

/** Places of a longest common subsequence; texts are names, so a full table is small. */
function common(a: string[], b: string[]): [number, number][] {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

function pieces(text: string[], shared: Set<number>): Piece[] {
  const out: Piece[] = [];
  text.forEach((letter, place) => {
    const same = shared.has(place);
    const last = out[out.length - 1];
    if (last?.same === same) last.text += letter;
    else out.push({ text: letter, same });
  });
  return out;
}
