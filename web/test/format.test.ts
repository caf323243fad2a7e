import { describe, expect, it } from 'vitest';
import { step } from '../src/chart.ts';
import { change, count, days, difference, money, number, percent, quantity, short, shortMoney, shortPercent } from '../src/format.ts';

describe('numbers are those of the command line', () => {
  it.each([
    [0, '$0'], [479179.3466, '$479,179'], [1000, '$1,000'], [999.995, '$1000.00'], [631.03, '$631.03'], [1, '$1.00'], [0.5, '$0.50'], [0.0142, '$0.0142'],
    [0.00005, '$0.0001'], [-218.24, '-$218.24'], [-1617, '-$1,617'], [1234.5, '$1,235'], [2.675, '$2.68'], [11.885, '$11.89'],
  ])('%f is %s', (usd, text) => { expect(money(usd)).toBe(text); });
  it('a difference has its sign', () => { expect([difference(20492), difference(-3), difference(0)]).toEqual(['+$20,492', '-$3.00', '+$0']); });
  it('shares are percentages', () => { expect([percent(0.043), percent(0.6, 0), percent(-0.069), percent(7.829)]).toEqual(['4.3%', '60%', '-6.9%', '782.9%']); });
  it('changes have a sign unless they are none', () => { expect([change(0.2126), change(-0.069), change(0.0004), change(-0.0001), change(0)]).toEqual(['+21.3%', '-6.9%', '0%', '0%', '0%']); });
  it('counts are short', () => { expect([count(215350), count(6e7), count(1.5e12), count(9999), count(12.345)]).toEqual(['215.35k', '60M', '1.5T', '9,999', '12.35']); });
  it('numbers have at most their decimals', () => { expect([number(1234.5), number(0.425, 2), number(-2), number(3, 0)]).toEqual(['1,234.5', '0.43', '-2', '3']); });
  it('quantities have about three digits', () => { expect([quantity(14.788), quantity(6), quantity(0.4288), quantity(432.1), quantity(4.5e6)]).toEqual(['14.8', '6', '0.43', '432', '4.5M']); });
  it('axes are short', () => { expect([shortMoney(0), shortMoney(45000), shortMoney(1.5e6), shortMoney(-20000), shortMoney(450), shortMoney(2.5)]).toEqual(['$0', '$45k', '$1.5M', '-$20k', '$450', '$2.5']); });
  it('marks of an axis differ from each other', () => {
    const marks = (low: number, high: number) => { const apart = step(low, high); return Array.from({ length: Math.floor((high - low) / apart) + 1 }, (_, i) => low + i * apart).map((v) => shortMoney(v, apart)); };
    for (const [low, high] of [[0, 0.0215], [0, 3], [0, 1700], [0, 7.9e6], [0, 2.4e9], [0, 12175], [-1191, 26907], [0, 1.1e-4]] as const) {
      const said = marks(Math.min(0, low), high);
      expect(new Set(said).size, said.join(' ')).toBe(said.length);
      expect(said.length).toBeLessThan(8);
    }
    expect([-0.01, -0.005, 0, 0.005].map((share) => shortPercent(share, 0.005))).toEqual(['-1.0%', '-0.5%', '0.0%', '0.5%']);
  });
  it('long names keep both ends', () => {
    expect(short('gcp/us')).toBe('gcp/us');
    expect(short('x'.repeat(10_000)).length).toBeLessThan(50);
    expect(short('😀'.repeat(100))).not.toContain('\uFFFD');
  });
  it('days are counted', () => { expect(days('2026-07-30', '2026-11-22')).toBe(115); });
});
