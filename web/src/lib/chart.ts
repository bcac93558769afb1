// The candles of one good, by TradingView's Lightweight Charts; loaded when a chart is first shown.
import {
  CandlestickSeries,
  type ChartOptions,
  ColorType,
  CrosshairMode,
  type DeepPartial,
  HistogramSeries,
  type IChartApi,
  LineSeries,
  LineStyle,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
  createChart,
  createSeriesMarkers,
} from "lightweight-charts";

import type { Candle } from "./api-types";
import type { Happening } from "./happenings.svelte";

export interface Shown {
  candles: readonly Candle[];
  /** Hidden values in millipebbles, or null while they are hidden. */
  latent: readonly { turn: number; value_mp: number }[] | null;
  happenings: readonly Happening[];
  tickMp: number;
  /** Days that the line of days has room for. */
  days: number;
}

const at = (turn: number): UTCTimestamp => turn as UTCTimestamp;

/** A colour of the theme, as the canvas understands it. */
function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const faded = (name: string, part: number): string => {
  const context = document.createElement("canvas").getContext("2d")!;
  context.fillStyle = colour(name);
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${r} ${g} ${b} / ${part})`
    .replace(/ \/ /, ", ")
    .replace("rgb(", "rgba(")
    .replace(/(\d) (\d)/g, "$1, $2");
};

function options(): DeepPartial<ChartOptions> {
  const line = faded("line", 0.55);
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: "rgba(0,0,0,0)" },
      textColor: colour("soft"),
      fontFamily: getComputedStyle(document.body).fontFamily,
      attributionLogo: false, // it would bring a style of its own; the footer names its maker
      panes: { separatorColor: line, enableResize: false },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: {
      mode: CrosshairMode.Magnet,
      vertLine: { color: colour("strong"), labelBackgroundColor: colour("bark") },
      horzLine: { color: colour("strong"), labelBackgroundColor: colour("bark") },
    },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.16, bottom: 0.08 } },
    timeScale: {
      borderColor: line,
      fixLeftEdge: true,
      tickMarkFormatter: (time: Time) => `day ${String(time)}`,
      minBarSpacing: 1,
    },
    localization: { timeFormatter: (time: Time) => `day ${String(time)}` },
  };
}

const shapes: Record<string, "arrowUp" | "arrowDown"> = { up: "arrowUp", down: "arrowDown" };

/** One marker for what is alike on a day: the first of them, and how many. */
export function together(those: readonly Happening[]): [Happening, number][] {
  const out = new Map<string, [Happening, number]>();
  for (const each of those) {
    const key = `${each.turn} ${each.kind} ${each.direction}`;
    const known = out.get(key);
    if (known) known[1] += 1;
    else out.set(key, [each, 1]);
  }
  return [...out.values()];
}

export interface PriceChart {
  show: (shown: Shown) => void;
  recolour: () => void;
  remove: () => void;
}

export function priceChart(
  box: HTMLElement,
  hovered: (turn: number | null) => void,
  opened: (entry: number) => void,
): PriceChart {
  const chart: IChartApi = createChart(box, options());
  const candles = chart.addSeries(CandlestickSeries, {
    borderVisible: true,
    priceLineVisible: false,
  });
  const latent = chart.addSeries(LineSeries, {
    lineWidth: 2,
    lineStyle: LineStyle.Dashed,
    priceLineVisible: false,
    lastValueVisible: false,
    crosshairMarkerVisible: false,
  });
  const volume = chart.addSeries(
    HistogramSeries,
    { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
    1,
  );
  chart.panes()[1]?.setStretchFactor(0.22);
  const markers = createSeriesMarkers(candles, []);
  let last: Shown | null = null;

  chart.subscribeCrosshairMove((event: MouseEventParams) =>
    hovered((event.time as number) ?? null),
  );
  chart.subscribeClick((event: MouseEventParams) => {
    const id = event.hoveredObjectId;
    if (typeof id === "string" && id.startsWith("entry-")) opened(Number(id.slice(6)));
  });

  function paint(): void {
    const [up, down] = [colour("up"), colour("down")];
    candles.applyOptions({
      upColor: faded("up", 0.25),
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    latent.applyOptions({ color: colour("honey") });
  }

  function show(shown: Shown): void {
    const pebbles = (ticks: number): number => (ticks * shown.tickMp) / 1000;
    const [up, down] = [faded("up", 0.55), faded("down", 0.55)];
    // A day without a trade is a dash at its mark.
    const rows = shown.candles.map((c) => {
      const mark = pebbles(c.mark);
      return c.open === null || c.close === null || c.high === null || c.low === null
        ? { time: at(c.turn), open: mark, high: mark, low: mark, close: mark }
        : {
            time: at(c.turn),
            open: pebbles(c.open),
            high: pebbles(c.high),
            low: pebbles(c.low),
            close: pebbles(c.close),
          };
    });
    // Whitespace keeps the room of days that are to come, so that a scrub does not move the axis.
    const lastTurn = rows.at(-1)?.time ?? 0;
    const room = Array.from({ length: Math.max(shown.days - lastTurn, 0) }, (_, i) => ({
      time: at(lastTurn + i + 1),
    }));
    candles.setData([...rows, ...room]);
    volume.setData(
      shown.candles.map((c) => ({
        time: at(c.turn),
        value: c.volume,
        color: (c.close ?? c.mark) >= (c.open ?? c.mark) ? up : down,
      })),
    );
    latent.setData(
      (shown.latent ?? []).map(({ turn, value_mp }) => ({
        time: at(turn),
        value: value_mp / 1000,
      })),
    );
    const seen = new Set(rows.map((row) => Number(row.time)));
    markers.setMarkers(
      together(shown.happenings.filter(({ turn }) => seen.has(turn))).map(
        ([each, count]): SeriesMarker<Time> => ({
          time: at(each.turn),
          id: `entry-${each.entry}`,
          position: each.direction === "up" ? "belowBar" : "aboveBar",
          shape: each.kind === "verdict" ? "square" : (shapes[each.direction] ?? "circle"),
          color: colour(each.kind === "verdict" ? "berry" : "honey"),
          text: (each.kind === "verdict" ? "verdict" : "news") + (count > 1 ? ` ×${count}` : ""),
        }),
      ),
    );
    const fit = last === null || last.days !== shown.days || last.candles[0] !== shown.candles[0];
    last = shown;
    if (fit) chart.timeScale().fitContent();
  }

  paint();
  return {
    show,
    recolour: () => {
      chart.applyOptions(options());
      paint();
      if (last) show(last);
    },
    remove: () => chart.remove(),
  };
}
