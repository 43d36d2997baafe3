// Keys, uploads and drops of the page; everything else is Vue and Python.
(function () {
  "use strict";

  const NAMES = {
    " ": "Space", Enter: "Return", Delete: "Del", Insert: "Ins", Escape: "Esc",
    ArrowLeft: "Left", ArrowRight: "Right", ArrowUp: "Up", ArrowDown: "Down",
    PageUp: "PgUp", PageDown: "PgDown",
  };
  const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea";
  const SLIDER = "input[type=range]";
  const OWN_KEYS = {
    Left: SLIDER, Right: SLIDER, Up: SLIDER, Down: SLIDER, PgUp: SLIDER, PgDown: SLIDER,
    Space: "button, summary, input, label, [role=button]",
    Return: "button, summary, a, tr:not(#landmarks .current), label, td[tabindex], [role=button]",
  };
  let hovered = "";

  function call(name, args) {
    if (window.trame) window.trame.trigger(name, args || []);
  }

  // As Qt writes it: modifiers in Qt's order, letters in upper case.
  function keyOf(event) {
    let name = NAMES[event.key] || event.key;
    if (name.length === 1) name = name.toUpperCase();
    const held = [];
    if (event.ctrlKey || event.metaKey) held.push("Ctrl");
    if (event.altKey) held.push("Alt");
    if (event.shiftKey && (name.length > 1 || /[A-Z]/.test(name))) held.push("Shift");
    return [...held, name].join("+");
  }

  document.addEventListener("keydown", (event) => {
    if (!window.trame || event.target.closest(TYPING)) return;
    const state = window.trame.state.state;
    const key = keyOf(event);
    if (key === "Esc" && state.keys_shown) {
      window.trame.state.set("keys_shown", false);
      return;
    }
    if (OWN_KEYS[key] && event.target.closest(OWN_KEYS[key])) return;
    if (!(state.key_names || []).includes(key)) return;
    event.preventDefault();
    event.stopPropagation();
    call("review.key", [key, hovered]);
  }, true);

  document.addEventListener("mouseover", (event) => {
    const view = event.target.closest("[data-view]");
    hovered = view ? view.dataset.view : "";
  });

  // Letters in the views grow with those of the page.
  window.addEventListener("resize", () => call("views.scale", [window.devicePixelRatio]));

  async function upload(files) {
    if (!files.length) return;
    const state = window.trame.state;
    const form = new FormData();
    let bytes = 0;
    for (const file of files) {
      form.append("files", file, file.name);
      bytes += file.size;
    }
    const most = state.state.upload_mb;
    if (bytes > most * 1e6) {
      call("study.too_large", [bytes / 1e6]);
      return;
    }
    state.set("opening", "…");
    try {
      const answer = await fetch("hip/upload", { method: "POST", body: form });
      const told = await answer.json();
      if (told.id) call("study.upload", [told.id]);
      else call("study.failed", [told.error]);
    } catch (error) {
      call("study.failed", [String(error)]);
    } finally {
      state.set("opening", "");
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]")) {
      upload([...event.target.files]);
      event.target.value = "";
    }
  });

  document.addEventListener("keydown", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      document.getElementById(opener.dataset.opens).click();
    } else if (event.key === " " && event.target.matches("svg [role=button]")) {
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) || event.target.closest("a")) menu.removeAttribute("open");
    }
  });

  // The clipboard of the page, or the old way where a page without encryption has none.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button || !window.trame) return;
    try {
      await copy(await window.trame.trigger(button.dataset.copies, []));
      call("message.copied", [true]);
    } catch (error) {
      call("message.copied", [false]);
    }
  });

  function showDrop(on) {
    const drop = document.getElementById("drop");
    if (drop) drop.hidden = !on;
  }

  // Files of a dropped folder, however deep.
  async function filesOf(entry) {
    if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const part = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!part.length) return found;
      for (const each of part) found.push(...(await filesOf(each)));
    }
  }

  document.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.types].includes("Files")) {
      event.preventDefault();
      showDrop(true);
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) showDrop(false);
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    showDrop(false);
    const entries = [...event.dataTransfer.items].map((i) => i.webkitGetAsEntry()).filter(Boolean);
    const files = entries.length ? [] : [...event.dataTransfer.files];
    for (const entry of entries) files.push(...(await filesOf(entry)));
    upload(files);
  });
})();
