/** In pence. The workflow `type-check` finds fault with this file. */
const price: number = 'twelve';

export function total(count: number): number {
  const discount = count > 10;
  return price * count;
}
