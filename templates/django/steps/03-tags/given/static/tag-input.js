// Turns the editor's tags field into one that collects tags: Enter or a comma adds what was typed as a pill, the ×
// on a pill removes it. What is sent is the same as without this file: all tags, with commas between them.
"use strict";

for (const input of document.querySelectorAll('input[placeholder="Enter tags"]')) {
  const tags = [];

  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = input.name;
  input.removeAttribute("name");

  const pills = document.createElement("div");
  pills.className = "tag-list";
  input.after(pills, sent);

  const refresh = () => {
    sent.value = [...tags, input.value].filter((tag) => tag.trim()).join(", ");
  };

  const draw = () => {
    pills.replaceChildren(...tags.map(pillFor));
    refresh();
  };

  const pillFor = (tag) => {
    const remove = document.createElement("i");
    remove.className = "ion-close-round";
    remove.textContent = "×";
    remove.tabIndex = 0;
    remove.setAttribute("role", "button");
    remove.setAttribute("aria-label", `Remove the tag ${tag}`);
    const takeOff = () => {
      tags.splice(tags.indexOf(tag), 1);
      draw();
      input.focus();
    };
    remove.addEventListener("click", takeOff);
    remove.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        takeOff();
      }
    });
    const pill = document.createElement("span");
    pill.className = "tag-pill tag-default";
    pill.append(tag, remove);
    return pill;
  };

  const collect = () => {
    const typed = input.value.split(",").map((tag) => tag.trim());
    tags.push(...typed.filter((tag, place) => tag && !tags.includes(tag) && typed.indexOf(tag) === place));
    input.value = "";
    draw();
  };

  input.addEventListener("input", refresh);
  input.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === ",") && !event.isComposing) {
      event.preventDefault();
      collect();
    }
  });
  collect();
}
