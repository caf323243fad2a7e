import { describe, expect, it } from 'vitest';
import { dark, light } from '../src/theme.ts';

type Rgb = readonly [number, number, number];

const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as unknown as Rgb;
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = (hex: string): number => {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

// Machado, Oliveira and Fernandes, 2009: full protanopia, deuteranopia, tritanopia, on linear RGB.
const eyes: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const lab = (hex: string, eye: readonly Rgb[]): Rgb => {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  const [R, G, B] = eye.map(([p, q, s]) => Math.min(1, Math.max(0, p * r + q * g + s * b))) as unknown as Rgb;
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [f((0.4124 * R + 0.3576 * G + 0.1805 * B) / 0.95047), f(0.2126 * R + 0.7152 * G + 0.0722 * B), f((0.0193 * R + 0.1192 * G + 0.9505 * B) / 1.08883)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

describe.each([['light', light], ['dark', dark]] as const)('%s', (_, theme) => {
  it('text can be read on paper (WCAG AA: 4.5)', () => {
    for (const ink of [theme.ink, theme.soft, theme.accent, theme.warn]) expect(contrast(ink, theme.paper), ink).toBeGreaterThanOrEqual(4.5);
  });
  it.each(Object.keys(eyes))('the first seven series differ to eyes with %s', (eye) => {
    const seen = theme.series.slice(0, 7).map((hex) => lab(hex, eyes[eye] ?? []));
    seen.forEach((a, i) => { seen.slice(i + 1).forEach((b, j) => { expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${theme.series[i] ?? ''} and ${theme.series[i + 1 + j] ?? ''}`).toBeGreaterThan(8); }); });
  });
});
