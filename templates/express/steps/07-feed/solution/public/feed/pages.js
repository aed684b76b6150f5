/** Which pages of a long list get a link. */

const NEIGHBOURS = 2;

/** The numbers of the pages to link to, seen from the `current` one; null where some are left out. */
export function pageNumbers(current, last) {
  const numbers = [];
  for (let number = 1; number <= last; number += 1) {
    const isNear = Math.abs(number - current) <= NEIGHBOURS;
    if (isNear || number === 1 || number === last) numbers.push(number);
    else if (numbers.at(-1) !== null) numbers.push(null);
  }
  return numbers;
}
