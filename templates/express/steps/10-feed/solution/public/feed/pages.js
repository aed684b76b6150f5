/** The page links of a long list. */

const NEIGHBORS = 2;

/** The numbers of the pages to link to. null stands for pages that are left out. */
export function pageNumbers(current, last) {
  const numbers = [];
  for (let number = 1; number <= last; number += 1) {
    const isNear = Math.abs(number - current) <= NEIGHBORS;
    if (isNear || number === 1 || number === last) numbers.push(number);
    else if (numbers.at(-1) !== null) numbers.push(null);
  }
  return numbers;
}
