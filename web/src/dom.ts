type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, String(value));
  }
  // Strings become text nodes: nothing in them is markup.
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
}

/** An HTML element. Attributes that are functions listen to events. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** An SVG element. */
export function s(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}

/** Text that others wrote, kept from reordering what stands around it. */
export function name(text: string): HTMLElement {
  return h('bdi', {}, text);
}
