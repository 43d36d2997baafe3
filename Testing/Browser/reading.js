// What cannot be read or reached in the page: one line per fault. Contrast by WCAG 2.2 AA: 4.5 to 1
// for text, 3 to 1 for large text and for what outlines controls and draws plots.
() => {
  const TEXT = 4.5, LARGE = 3, GRAPHIC = 3;
  const faults = new Set();

  function parsed(color) {
    const numbers = (color.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  }
  const mixed = (back, front, share) => back.map((b, i) => b + share * (front[i] - b));
  const style = (element) => getComputedStyle(element);
  const opacity = (element) => Number(style(element).opacity);

  // What is behind the content of an element.
  function backdrop(element) {
    if (!element) return [255, 255, 255];
    const behind = backdrop(element.parentElement);
    const { rgb, alpha } = parsed(style(element).backgroundColor);
    return mixed(behind, rgb, alpha * opacity(element));
  }
  function shown(element, color) {
    const { rgb, alpha } = parsed(color);
    let seen = mixed(backdrop(element), rgb, alpha);
    for (let each = element; each; each = each.parentElement)
      if (opacity(each) < 1) seen = mixed(backdrop(each.parentElement), seen, opacity(each));
    return seen;
  }
  function luminance(rgb) {
    const [r, g, b] = rgb.map((c) => {
      const share = c / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(one, other) {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }
  const name = (element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("class") || ""} ` +
    `"${(element.textContent || "").trim().slice(0, 40)}"`;
  function require(element, color, behind, least, what) {
    const found = contrast(shown(element, color), behind);
    if (found < least) faults.add(`${what} of ${name(element)} has contrast ${found.toFixed(2)}`);
  }
  function isSeen(element) {
    return element.checkVisibility({ visibilityProperty: true }) && !element.closest(":disabled");
  }

  let texts = 0;
  for (const element of document.querySelectorAll("#page *")) {
    if (!isSeen(element) || element.closest(".drawing")) continue;
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const { color, fill, stroke, fontSize, fontWeight } = style(element);
    if (own) {
      texts += 1;
      const large = parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.66 : 24);
      const ink = element.closest("svg") ? fill : color;
      require(element, ink, backdrop(element), large ? LARGE : TEXT, "text");
    }
    if (element.matches("select, input:not([type=checkbox]):not([type=range]):not([hidden])"))
      require(element, style(element).borderTopColor, backdrop(element.parentElement), GRAPHIC, "edge");
    if (element.matches(".side polyline, .side circle, .side path"))
      require(element, stroke, backdrop(element.closest("svg")), GRAPHIC, "line");
  }
  if (texts < 15) faults.add(`only ${texts} texts were looked at`);

  for (const element of document.querySelectorAll(
    "#page button, #page a, #page select, #page input, #page [role=button], #page [tabindex='0']"
  )) {
    if (!element.checkVisibility() || element.matches("tr, td, .views *")) continue;
    const named =
      (element.textContent || "").trim() && !element.matches("select, input") ||
      element.getAttribute("aria-label") || element.labels?.[0]?.textContent.trim();
    if (!named) faults.add(`${name(element)} has no name`);
  }
  return [...faults];
}
