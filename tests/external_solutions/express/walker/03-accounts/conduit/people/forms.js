/** What people send about themselves. */

export function username(fields) {
  const name = fields.line('username', { longest: 50 });
  if (name.includes('/') || name === '.' || name === '..') {
    fields.refuse('username', 'cannot be part of an address');
  }
  return name;
}

export function email(fields) {
  const address = fields.line('email', { longest: 200 }).toLowerCase();
  if (address && !address.includes('@')) fields.refuse('email', 'is no e-mail address');
  return address;
}

/** The password as it was sent; `isNew` tells whether it has to be a good one. */
export function password(fields, isNew = true) {
  const words = fields.raw('password') ?? '';
  if (typeof words !== 'string') fields.refuse('password', 'must be text');
  else if (words === '') fields.refuse('password', "can't be blank");
  else if (isNew && words.length < 8)
    fields.refuse('password', 'is too short: 8 characters or more');
  else if (isNew && words.length > 200) fields.refuse('password', 'is too long: 200 or fewer');
  return words;
}

export const bio = (fields) => fields.text('bio', { longest: 5_000, optional: true }) || null;
export const image = (fields) => fields.line('image', { longest: 2_000, optional: true }) || null;
