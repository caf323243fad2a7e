import { expect, it } from 'vitest';
import { arc, frame, reach, ring } from '../src/views/places/geometry.ts';

const newYork = { latitude: 40.71, longitude: -74.01 };
const frankfurt = { latitude: 50.11, longitude: 8.68 };

const kilometres = (a: typeof newYork, b: typeof newYork): number => {
  const r = Math.PI / 180;
  const h = Math.sin(((b.latitude - a.latitude) * r) / 2) ** 2 + Math.cos(a.latitude * r) * Math.cos(b.latitude * r) * Math.sin(((b.longitude - a.longitude) * r) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
};

it('every point of a circle is as far away as it says', () => {
  for (const point of ring(newYork, 1448)) expect(kilometres(newYork, point)).toBeCloseTo(1448, 3);
});
it('an arc goes from one end to the other and is as long as the way', () => {
  const way = arc(newYork, frankfurt);
  expect(way[0]?.longitude).toBeCloseTo(newYork.longitude, 6);
  expect(way.at(-1)?.latitude).toBeCloseTo(frankfurt.latitude, 6);
  expect(way.slice(1).reduce((sum, p, i) => sum + kilometres(way[i] ?? p, p), 0)).toBeCloseTo(kilometres(newYork, frankfurt), 1);
});
it('the reach of a round trip is that of the model', () => { expect([reach(9), reach(30), reach(4)]).toEqual([0, 21 / 0.0145, 0]); });
it('every spot is inside its frame', () => {
  for (const spots of [[newYork], [newYork, frankfurt], [{ latitude: -33.9, longitude: 151.2 }, newYork, frankfurt], [{ latitude: 64, longitude: -21 }]]) {
    for (const width of [320, 900]) {
      const view = frame(spots, width);
      for (const p of spots) {
        expect(view.x(p.longitude)).toBeGreaterThan(0);
        expect(view.x(p.longitude)).toBeLessThan(width);
        expect(view.y(p.latitude)).toBeGreaterThan(0);
        expect(view.y(p.latitude)).toBeLessThan(view.height);
      }
    }
  }
});
