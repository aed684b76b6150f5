/** The editor's field for tags: Enter, or a comma, makes a pill of what was typed. */

import { element } from '../dom.js';

/** The field, begun with these tags: its elements, and a function that reads the tags that are in it. */
export function tagField(tags) {
  const input = element('input', {
    id: 'tags',
    placeholder: 'Enter tags',
    autocomplete: 'off',
    'aria-describedby': 'tags-help',
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ',') return;
      event.preventDefault(); // Enter would send the form
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
    const sign = element(
      'i',
      {
        class: 'ion-close-round',
        role: 'button',
        tabindex: 0,
        'aria-label': `Take off the tag ${tag}`,
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
      sign,
      ` ${tag}`,
    );
    pills.append(pill);
  }

  tags.forEach(add);
  const help = 'Words to find this article by. Press Enter, or type a comma, after each.';
  return {
    nodes: [
      element('label', { for: 'tags' }, 'Tags'),
      input,
      element('small', { id: 'tags-help' }, help),
      pills,
    ],
    read: () => {
      take(); // what stands in the field still, counts too
      return read();
    },
  };
}
