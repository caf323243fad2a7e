import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';

const name = 'virtual:outline';
const scale = 20; // Twentieths of a degree: 5 km, finer than a screen shows.

/**
 * The outline of the world's land and its inner borders, from Natural Earth (public domain) by the package world-atlas, thinned
 * to what a map of a few hundred pixels can show. Each line is [x0, y0, dx1, dy1, …] in twentieths of a degree.
 */
export function outline(): Plugin {
  return {
    name: 'outline',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) return null;
      const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
      const world = JSON.parse(readFileSync(file, 'utf8')) as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
      const land = feature(world, world.objects.land).features.flatMap((f) => rings(f.geometry));
      const borders = mesh(world, world.objects.countries, (a, b) => a !== b).coordinates;
      const lines = (all: readonly number[][][], smallest: number) => all.filter((line) => size(line) > smallest).map(encode).filter((line) => line.length > 4);
      return `export const land = ${JSON.stringify(lines(land, 0.6))};\nexport const borders = ${JSON.stringify(lines(borders, 0.5))};`;
    },
  };
}

function rings(geometry: GeoJSON.Geometry): number[][][] {
  switch (geometry.type) {
    case 'Polygon': return geometry.coordinates;
    case 'MultiPolygon': return geometry.coordinates.flat();
    default: return [];
  }
}

function size(line: readonly number[][]): number {
  const xs = line.map((p) => p[0] ?? 0);
  const ys = line.map((p) => p[1] ?? 0);
  return Math.max(...xs) - Math.min(...xs) + Math.max(...ys) - Math.min(...ys);
}

function encode(line: readonly number[][]): number[] {
  const out: number[] = [];
  let [x, y] = [0, 0];
  for (const point of thin(line, 0.06)) {
    const [nextX, nextY] = [Math.round((point[0] ?? 0) * scale), Math.round((point[1] ?? 0) * scale)];
    if (out.length > 0 && nextX === x && nextY === y) continue;
    out.push(out.length === 0 ? nextX : nextX - x, out.length === 0 ? nextY : nextY - y);
    [x, y] = [nextX, nextY];
  }
  return out;
}

// Douglas and Peucker, 1973: the points that lie further than `most` degrees from the line through their neighbours.
function thin(line: readonly number[][], most: number): number[][] {
  const keep = new Set([0, line.length - 1]);
  const open: [number, number][] = [[0, line.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span;
    let worst = 0;
    let at = -1;
    for (let i = first + 1; i < last; i++) {
      const far = distance(line[i] ?? [], line[first] ?? [], line[last] ?? []);
      if (far > worst) [worst, at] = [far, i];
    }
    if (worst <= most) continue;
    keep.add(at);
    open.push([first, at], [at, last]);
  }
  return line.filter((_, i) => keep.has(i));
}

function distance(p: readonly number[], a: readonly number[], b: readonly number[]): number {
  const [px = 0, py = 0] = p;
  const [ax = 0, ay = 0] = a;
  const [bx = 0, by = 0] = b;
  const length = Math.hypot(bx - ax, by - ay);
  return length === 0 ? Math.hypot(px - ax, py - ay) : Math.abs((bx - ax) * (ay - py) - (ax - px) * (by - ay)) / length;
}
