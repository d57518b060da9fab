/** A name of the wanted form that is not taken: letters, digits, `_` and `-`. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted.replace(/[^\w-]+/g, '_').slice(0, 90);
  const name = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
  for (let i = 2, free = name; ; free = `${name}_${i++}`) if (!taken.has(free)) return free;
}
