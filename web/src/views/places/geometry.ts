/** Degrees east and north. */
export interface Spot {
  readonly longitude: number;
  readonly latitude: number;
}

const radius = 6371; // Mean radius of the Earth, km.
const radians = Math.PI / 180;

/** Points on the great circle between two spots. */
export function arc(a: Spot, b: Spot, steps = 32): Spot[] {
  const [x, y] = [vector(a), vector(b)];
  const angle = Math.acos(Math.min(1, Math.max(-1, x[0] * y[0] + x[1] * y[1] + x[2] * y[2])));
  if (angle < 1e-6) return [a, b];
  return Array.from({ length: steps + 1 }, (_, i) => {
    const [p, q] = [Math.sin((1 - i / steps) * angle) / Math.sin(angle), Math.sin((i / steps) * angle) / Math.sin(angle)];
    return spot([x[0] * p + y[0] * q, x[1] * p + y[1] * q, x[2] * p + y[2] * q]);
  });
}

/** Points at a distance in kilometres around a spot. */
export function ring(centre: Spot, kilometres: number, steps = 72): Spot[] {
  const d = kilometres / radius;
  const lat = centre.latitude * radians;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const bearing = (i / steps) * 2 * Math.PI;
    const to = Math.asin(Math.sin(lat) * Math.cos(d) + Math.cos(lat) * Math.sin(d) * Math.cos(bearing));
    const east = Math.atan2(Math.sin(bearing) * Math.sin(d) * Math.cos(lat), Math.cos(d) - Math.sin(lat) * Math.sin(to));
    return { latitude: to / radians, longitude: centre.longitude + east / radians };
  });
}

/**
 * How far one gets in a round trip of so many milliseconds: 9 ms and 0.0145 ms a kilometre, the line fitted to published round trips
 * between regions (docs/model/market.md).
 */
export function reach(milliseconds: number): number {
  return Math.max(0, (milliseconds - 9) / 0.0145);
}

function vector(a: Spot): [number, number, number] {
  const [lat, lon] = [a.latitude * radians, a.longitude * radians];
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}

function spot([x, y, z]: readonly [number, number, number]): Spot {
  return { latitude: Math.asin(Math.min(1, Math.max(-1, z))) / radians, longitude: Math.atan2(y, x) / radians };
}

/** A window onto the map: the equirectangular projection, true to scale at its own middle latitude. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: (longitude: number) => number;
  readonly y: (latitude: number) => number;
}

/** How tall a map of this width is. */
export function tall(width: number): number {
  return Math.round(Math.min(420, Math.max(220, width * 0.46)));
}

/** The smallest window of this width that holds all spots with room around them. */
export function frame(spots: readonly Spot[], width: number): Frame {
  const lons = spots.map((p) => p.longitude);
  const lats = spots.map((p) => p.latitude);
  const middleLat = (Math.min(...lats) + Math.max(...lats)) / 2;
  const middleLon = (Math.min(...lons) + Math.max(...lons)) / 2;
  const squeeze = Math.cos(Math.min(60, Math.abs(middleLat)) * radians);
  const height = tall(width);
  const across = Math.max(36, (Math.max(...lons) - Math.min(...lons)) * 1.35);
  const up = Math.max(18, (Math.max(...lats) - Math.min(...lats)) * 1.6);
  const scale = Math.min(width / across, (height / up) * squeeze, width / 20);
  const top = Math.min(84, Math.max(-58 + height / (scale / squeeze), middleLat + (height / 2) / (scale / squeeze)));
  return { width, height, x: (lon) => width / 2 + (lon - middleLon) * scale, y: (lat) => (top - lat) * (scale / squeeze) };
}
