/** Which pages of a long list get a link. */

const AROUND = 2;

/** The numbers of the pages to link to, seen from the `current` one; null where some are left out. */
export function pageNumbers(current, last) {
  const all = Array.from({ length: last }, (_, index) => index + 1);
  return all.flatMap((number, index) => {
    if (isShown(number, current, last)) return [number];
    // Of the numbers that are left out in a row, the first one leaves the mark.
    return isShown(all[index - 1], current, last) ? [null] : [];
  });
}

function isShown(number, current, last) {
  return number === 1 || number === last || Math.abs(number - current) <= AROUND;
}
