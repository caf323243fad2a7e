import { days, money } from '../../format.ts';
import { kindName } from '../../report.ts';
import type { View } from '../../view.ts';

export const view: View = {
  id: 'sources',
  order: 130,
  title: 'Sources',
  part: 'What it rests on',
  findings: ({ plan, places }) => {
    const dated = plan.purchases.flatMap((p) => (p.price_as_of ? [p.price_as_of] : [])).sort();
    const [oldest, newest] = [dated[0], dated.at(-1)];
    const rows = [...new Map(plan.purchases.map((p) => [`${p.offer} ${p.purchase_kind}`, p])).values()];
    return [{
      headline: oldest && newest
        ? oldest === newest ? `All prices that are paid are of ${oldest}.` : `The prices that are paid are of ${oldest} to ${newest}, ${days(newest, plan.prices_as_of)} to ${days(oldest, plan.prices_as_of)} days old at the plan’s price date.`
        : 'No price that is paid has a date: they are quotes.',
      detail: 'Check a price with its provider before you sign: a catalog is not an offer.',
      blocks: [
        {
          kind: 'table', title: 'Prices that are paid', open: true,
          columns: [{ name: 'Offer' }, { name: 'How' }, { name: 'US dollars an hour', right: true }, { name: 'Price of' }, { name: 'Source' }],
          rows: rows.map((p) => [p.offer, kindName(p.purchase_kind), { text: money(p.usd_per_hour), value: p.usd_per_hour }, { text: p.price_as_of ?? 'no date', value: p.price_as_of }, p.price_source]),
        },
        ...(places.length === 0 ? [] : [{
          kind: 'table' as const, title: 'Places',
          columns: [{ name: 'Region' }, { name: 'Location' }, { name: 'Latitude', right: true }, { name: 'Longitude', right: true }, { name: 'gCO2e/kWh', right: true }, { name: 'Source' }],
          rows: places.map((p) => [`${p.provider}/${p.region}`, p.location ?? 'unknown', { text: p.latitude.toFixed(2), value: p.latitude }, { text: p.longitude.toFixed(2), value: p.longitude },
            { text: p.carbon_g_per_kwh === null ? 'unknown' : String(p.carbon_g_per_kwh), value: p.carbon_g_per_kwh }, p.source]),
        }]),
      ],
    }];
  },
};
