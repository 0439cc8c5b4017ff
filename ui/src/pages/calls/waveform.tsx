/** The shape of both voices, the caller above the line and the agent below it, as one picture that is clicked to seek; the player has the keys. */
import type { Schemas } from "@/api/client";
import classes from "./call.module.css";

const HEIGHT = 100;
const HALF = HEIGHT / 2;

/** A closed shape between the middle line and the loudness; pure. */
export function outline(levels: readonly number[], side: 1 | -1): string {
  if (!levels.length) return "";
  const edge = levels.map((level, x) => `L${x} ${(HALF + side * Math.sqrt(level) * (HALF - 2)).toFixed(1)}`);
  return `M0 ${HALF}${edge.join("")}L${levels.length - 1} ${HALF}Z`;
}

interface Props {
  wave: Schemas["Waveform"];
  at: number;
  seek: (to: number) => void;
}

export function Waveform({ wave, at, seek }: Props) {
  const width = Math.max(wave.caller.length - 1, 1);
  return (
    <div
      className={classes.wave}
      aria-hidden
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        seek(((event.clientX - box.left) / box.width) * wave.duration);
      }}
    >
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="presentation">
        <path d={outline(wave.caller, -1)} className={classes.callerFill} />
        <path d={outline(wave.agent, 1)} className={classes.agentFill} />
      </svg>
      <span className={classes.cursor} style={{ left: `${wave.duration ? (100 * at) / wave.duration : 0}%` }} />
    </div>
  );
}
