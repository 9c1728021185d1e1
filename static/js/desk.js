// Small helps; every page works without them.

const page = document.documentElement;

// Light or dark: kept in a cookie, so that the server renders the choice into the next page.
for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = page.dataset.bsTheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const wanted = shown === "dark" ? "light" : "dark";
    page.dataset.bsTheme = wanted;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${wanted}; path=/; max-age=31536000; samesite=lax${secure}`;
  });
}

// "/" goes to the search field; Escape and a click elsewhere close an open menu.
const search = document.querySelector("[data-find]") || document.querySelector("input[type=search]");
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});
document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));

function closeMenus(kept) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (menu !== kept) menu.open = false;
}

// A form that came back: the first field to mend has the cursor.
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) {
  wrong.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: "center" });
}

// A switch acts when it is turned; without scripts it has a button beside it.
for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  for (const button of form.querySelectorAll("[data-without-script]")) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

// A part that comes after its page says that it is being fetched; where that fails, the link in it is left.
for (const [event, busy] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
  document.addEventListener(event, ({ target }) => {
    if (target.matches("[hx-trigger=load]")) target.setAttribute("aria-busy", busy);
  });
}
