/** The field for tags in the editor. Enter or a comma turns the typed text into a pill. */

import { element } from '../dom.js';

/** A field that contains these tags: its elements, and a function that returns the tags in it. */
export function tagField(tags) {
  const input = element('input', {
    id: 'tags',
    placeholder: 'Enter tags',
    autocomplete: 'off',
    'aria-describedby': 'tags-help',
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ',') return;
      event.preventDefault(); // otherwise, Enter sends the form
      take();
    },
  });
  const pills = element('div', { class: 'tag-list' });

  const read = () => [...pills.children].map((pill) => pill.dataset.tag);

  function take() {
    for (const tag of input.value.split(',')) add(tag.trim());
    input.value = '';
  }

  function add(tag) {
    if (!tag || read().includes(tag)) return;
    const remove = () => pill.remove();
    const icon = element(
      'i',
      {
        class: 'ion-close-round',
        role: 'button',
        tabindex: 0,
        'aria-label': `Remove the tag ${tag}`,
        onclick: remove,
        onkeydown: (event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          remove();
          input.focus();
        },
      },
      '✕',
    );
    const pill = element(
      'span',
      { class: 'tag-pill tag-default', 'data-tag': tag },
      icon,
      ` ${tag}`,
    );
    pills.append(pill);
  }

  tags.forEach(add);
  const help = 'Press Enter or type a comma after each tag.';
  return {
    nodes: [
      element('label', { for: 'tags' }, 'Tags'),
      input,
      element('small', { id: 'tags-help' }, help),
      pills,
    ],
    read: () => {
      take(); // the text that is still in the field is a tag, too
      return read();
    },
  };
}
