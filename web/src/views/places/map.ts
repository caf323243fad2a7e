import { borders, land } from 'virtual:outline';
import { s } from '../../dom.ts';
import { money, number, short } from '../../format.ts';
import type { Place, RoundTrip, UserPlace } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import type { Frame, Spot } from './geometry.ts';
import { arc, frame, reach, ring } from './geometry.ts';

/** A region with what is spent in it. */
export interface Site extends Place {
  readonly usd: number;
  readonly serves: boolean;
}

/** The region around which circles are drawn: where most is spent on serving users. */
export function centre(sites: readonly Site[]): Site | undefined {
  return sites.filter((site) => site.serves).sort((a, b) => b.usd - a.usd)[0];
}

/** The circles of which enough is on the map to be seen as such: at least a sixth. */
export function seen(middle: Spot, circles: readonly number[], spots: readonly Spot[]): number[] {
  const view = frame(spots, 900);
  return circles.filter((milliseconds) => {
    const points = ring(middle, reach(milliseconds));
    return points.filter((p) => within(view, p)).length > points.length / 6;
  });
}

const within = (view: Frame, p: Spot): boolean => view.x(p.longitude) > 0 && view.x(p.longitude) < view.width && view.y(p.latitude) > 0 && view.y(p.latitude) < view.height;

/** Draws where things run, where the users are, and how long the way between them is. */
export function map(t: Theme, width: number, sites: readonly Site[], users: readonly UserPlace[], trips: readonly RoundTrip[], circles: readonly number[]): SVGElement {
  const view = frame([...sites, ...users], width);
  const most = Math.max(1, ...sites.map((site) => site.usd));
  const svg = s('svg', { viewBox: `0 0 ${view.width} ${view.height}`, width: view.width, height: view.height, class: 'map', 'aria-hidden': 'true' });
  svg.append(
    s('rect', { width: view.width, height: view.height, fill: t.dark ? '#10202b' : '#eef4f8' }),
    s('path', { d: outline(land, view, true), fill: t.dark ? '#2b3138' : '#ffffff', stroke: t.dark ? '#4a525c' : '#b9c2cb', 'stroke-width': 0.8 }),
    s('path', { d: outline(borders, view, false), fill: 'none', stroke: t.dark ? '#3a4149' : '#dde2e7', 'stroke-width': 0.7 }));

  const main = centre(sites);
  for (const milliseconds of main ? circles : []) {
    const points = main ? ring(main, reach(milliseconds)) : [];
    svg.append(s('path', { d: line(points, view), fill: 'none', stroke: t.accent, 'stroke-width': 1.2, 'stroke-dasharray': '4 4', 'stroke-opacity': 0.8 }));
    // Named where the circle is inside the map, from its north round by the west.
    const at = [0, 66, 60, 54, 48, 36, 42].map((i) => points[i]).find((p) => p && view.y(p.latitude) > 16 && view.y(p.latitude) < view.height - 8 && view.x(p.longitude) > 24 && view.x(p.longitude) < view.width - 24);
    if (at) svg.append(text(t, view.x(at.longitude), view.y(at.latitude) - 4, `${number(milliseconds, 0)} ms`, t.accent, 'middle'));
  }

  const [taken, lines]: [Box[], Box[]] = [[], []];
  for (const trip of trips) {
    const site = sites.find((known) => known.provider === trip.provider && known.region === trip.region && known.serves);
    const user = users.find((known) => known.geography === trip.geography);
    if (!site || !user) continue;
    const way = arc(user, site);
    for (const p of way) lines.push({ x: view.x(p.longitude) - 2, y: view.y(p.latitude) - 2, width: 4, height: 4 });
    svg.append(s('path', { d: line(way, view), fill: 'none', stroke: t.warn, 'stroke-width': 1.4, 'stroke-opacity': 0.65 },
      s('title', {}, `${trip.geography} to ${trip.provider}/${trip.region}: ${number(trip.milliseconds, 0)} ms there and back`)));
  }

  const labels: { x: number; y: number; r: number; name: string; fill: string }[] = [];
  for (const user of users) {
    const [x, y] = [view.x(user.longitude), view.y(user.latitude)];
    svg.append(s('path', { d: `M${x} ${y - 7} L${x + 6.5} ${y + 5} H${x - 6.5} Z`, fill: t.warn, stroke: t.paper, 'stroke-width': 1.5 }, s('title', {}, `users in ${user.geography}`)));
    taken.push({ x: x - 8, y: y - 8, width: 16, height: 14 });
    labels.push({ x, y, r: 8, name: `users ${user.geography}`, fill: t.warn });
  }

  for (const site of [...sites].sort((a, b) => b.usd - a.usd)) {
    const [x, y] = [view.x(site.longitude), view.y(site.latitude)];
    const r = 4 + 12 * Math.sqrt(Math.max(0, site.usd) / most);
    svg.append(s('circle', { cx: x, cy: y, r, fill: t.accent, 'fill-opacity': 0.82, stroke: t.paper, 'stroke-width': 1.5 },
      s('title', {}, `${site.provider}/${site.region}${site.location ? `, ${site.location}` : ''}: ${money(site.usd)}`)));
    taken.push({ x: x - r, y: y - r, width: 2 * r, height: 2 * r });
    labels.push({ x, y, r, name: `${site.provider}/${short(site.region, 24)} ${money(site.usd)}`, fill: t.ink });
  }

  // Where there is not room for all, places where much is spent are named first.
  for (const { x, y, r, name, fill } of labels.sort((a, b) => b.r - a.r)) {
    const width = name.length * 6.2;
    const places: readonly (readonly [number, number, string])[] = [
      [x + r + 4, y + 4, 'start'], [x - r - 4, y + 4, 'end'], [x, y + r + 13, 'middle'], [x, y - r - 5, 'middle'],
      [x + r + 2, y + r + 12, 'start'], [x - r - 2, y + r + 12, 'end'], [x + r + 2, y - r - 4, 'start'], [x - r - 2, y - r - 4, 'end'],
      [x + r + 4, y + 32, 'start'], [x + r + 4, y - 24, 'start'], [x, y + r + 30, 'middle'], [x, y - r - 22, 'middle'],
    ];
    const free = places.map(([at, base, anchor]) => ({ at, base, anchor, box: { x: at - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0), y: base - 11, width, height: 14 } }))
      .filter(({ box }) => box.x > 2 && box.x + box.width < view.width - 2 && box.y > 0 && box.y + box.height < view.height && !taken.some((other) => overlap(box, other)));
    // Beside the lines where there is room, and on them otherwise.
    const fits = free.find(({ box }) => !lines.some((other) => overlap(box, other))) ?? free[0];
    // Where there is no room the name is left to the table.
    if (!fits) continue;
    taken.push(fits.box);
    svg.append(text(t, fits.at, fits.base, name, fill, fits.anchor));
  }
  return svg;
}

interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function text(t: Theme, x: number, y: number, value: string, fill: string, anchor: string): SVGElement {
  return s('text', { x, y, fill, 'text-anchor': anchor, 'font-size': 11, 'font-weight': 550, stroke: t.paper, 'stroke-width': 3, 'paint-order': 'stroke', 'stroke-linejoin': 'round' }, value);
}

function line(spots: readonly Spot[], view: Frame): string {
  let before = 0;
  return spots.map((p, i) => {
    // A line that leaves the map on one side comes back on the other: it begins anew there.
    const begins = i === 0 || Math.abs(p.longitude - before) > 180;
    before = p.longitude;
    return `${begins ? 'M' : 'L'}${view.x(p.longitude).toFixed(1)} ${view.y(p.latitude).toFixed(1)}`;
  }).join('');
}

// Lines come as twentieths of a degree, each after the first as the step from the one before.
function outline(lines: readonly (readonly number[])[], view: Frame, closed: boolean): string {
  return [0, -360, 360].map((turn) => lines.map((steps) => trace(steps, view, closed, turn)).join('')).join('');
}

// A line that goes on over the antimeridian is drawn at its other side too, by a turn.
function trace(steps: readonly number[], view: Frame, closed: boolean, turn: number): string {
  let [lon, lat] = [0, 0];
  let piece = '';
  let [within, before, beyond] = [false, false, turn === 0];
  for (let i = 0; i + 1 < steps.length; i += 2) {
    const east = steps[i] ?? 0;
    lon += i > 0 && east > 3600 ? east - 7200 : i > 0 && east < -3600 ? east + 7200 : east;
    lat += steps[i + 1] ?? 0;
    beyond ||= turn < 0 ? lon > 3600 : lon < -3600;
    const [x, y] = [view.x(lon / 20 + turn), view.y(lat / 20)];
    const inside = x > -400 && x < view.width + 400 && y > -400 && y < view.height + 400;
    within ||= inside || before;
    before = inside;
    piece += `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  if (!beyond || !(within || (closed && turn === 0))) return '';
  return closed ? `${piece}Z` : piece;
}
