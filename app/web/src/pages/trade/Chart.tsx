/** The mark of a market since the page was opened, with lines where something happens to the account. Loaded when it is shown. */
import {
  AreaSeries,
  createChart,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useRef } from 'react';

import type { Print } from './prints';

/** A price that means something. */
export interface Line {
  readonly name: string;
  readonly value: number;
  readonly colour: 'accent' | 'loss' | 'warn' | 'soft';
}

/** Lines farther from the price than this are left out of the scale. */
const FAR = 2;
/** What the scale shows around the prices at least, so that a calm minute has an axis too. */
const NARROWEST = 0.0005;

const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const looks = () => ({
  layout: { background: { color: 'transparent' }, textColor: colourOf('soft'), attributionLogo: false },
  grid: { vertLines: { color: colourOf('raised') }, horzLines: { color: colourOf('raised') } },
  rightPriceScale: { borderColor: colourOf('line') },
  timeScale: { borderColor: colourOf('line'), timeVisible: true, secondsVisible: true },
});

const area = () => ({
  lineColor: colourOf('accent'),
  topColor: `${colourOf('accent')}33`,
  bottomColor: `${colourOf('accent')}05`,
  lineWidth: 2 as const,
});

const points = (prints: readonly Print[]) => prints.map(({ time, value }) => ({ time: time as UTCTimestamp, value }));

/** Decimals that tell something at a price. */
const decimalsAt = (value: number): number => (value >= 1_000 ? 1 : value >= 10 ? 2 : value >= 0.1 ? 4 : 8);

interface Props {
  readonly prints: readonly Print[];
  readonly lines: readonly Line[];
  /** Whether the scale takes the lines in. */
  readonly isWide: boolean;
  /** Number of the reading. */
  readonly version: number;
}

export default function Chart({ prints, lines, isWide, version }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<IChartApi | null>(null);
  const series = useRef<ISeriesApi<'Area'> | null>(null);
  const drawnLines = useRef<IPriceLine[]>([]);

  useEffect(() => {
    if (place.current === null) return undefined;
    const made = createChart(place.current, { autoSize: true, ...looks(), handleScroll: false, handleScale: false });
    const price = made.addSeries(AreaSeries, area());
    chart.current = made;
    series.current = price;
    const themes = new MutationObserver(() => {
      made.applyOptions(looks());
      price.applyOptions(area());
    });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      themes.disconnect();
      drawnLines.current = [];
      series.current = null;
      chart.current = null;
      made.remove();
    };
  }, []);

  useEffect(() => {
    const last = prints.at(-1);
    if (!series.current || !last) return;
    const precision = decimalsAt(last.value);
    series.current.applyOptions({ priceFormat: { type: 'price', precision, minMove: 10 ** -precision } });
    series.current.setData(points(prints));
    chart.current?.timeScale().fitContent();
    // The list grows in place: the reading's number tells that it has.
  }, [prints, version]);

  const key = JSON.stringify(lines);
  useEffect(() => {
    const price = series.current;
    if (!price) return;
    for (const line of drawnLines.current) price.removePriceLine(line);
    drawnLines.current = lines.map(({ name, value, colour }) =>
      price.createPriceLine({
        price: value,
        color: colourOf(colour),
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: true,
        title: name,
      }),
    );
    // Lines far from the price would squeeze it to nothing: the scale takes those in that are near.
    const last = prints.at(-1)?.value;
    const near =
      last === undefined || !isWide
        ? []
        : lines.filter(({ value }) => value > last / FAR && value < last * FAR).map(({ value }) => value);
    price.applyOptions({
      autoscaleInfoProvider: (original: () => { priceRange: { minValue: number; maxValue: number } | null } | null) => {
        const info = original();
        if (!info?.priceRange) return info;
        const { minValue, maxValue } = info.priceRange;
        const least = maxValue * NARROWEST;
        return {
          ...info,
          priceRange: { minValue: Math.min(minValue - least, ...near), maxValue: Math.max(maxValue + least, ...near) },
        };
      },
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, isWide, version]);

  return <div ref={place} className="h-64 w-full sm:h-80" aria-hidden="true" />;
}
