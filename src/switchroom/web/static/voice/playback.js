// The agent's voice: pieces wait until 60 ms are there, so that an uneven network is not heard; then they are played
// without a gap until none is left. "clear" forgets what waits. When much waits (a stall is over), silence is left out.

const CUSHION = 0.06;
const PATIENCE = 0.1; // seconds after which even less than the cushion is played
const MUCH = 0.5;
const QUIET = 0.01;

registerProcessor("playback", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.empty();
    this.port.onmessage = ({ data }) => (data === "clear" ? this.empty() : this.take(new Int16Array(data)));
  }

  empty() {
    this.pieces = [];
    this.waiting = 0;
    this.at = 0;
    this.since = 0;
    this.playing = false;
  }

  take(pcm) {
    const piece = Float32Array.from(pcm, (sample) => sample / 32768);
    if (this.waiting > MUCH * sampleRate && piece.every((sample) => Math.abs(sample) < QUIET)) return;
    if (!this.waiting) this.since = currentTime;
    this.pieces.push(piece);
    this.waiting += piece.length;
  }

  process(_, [[out]]) {
    if (!this.playing && this.waiting) {
      this.playing = this.waiting >= CUSHION * sampleRate || currentTime - this.since > PATIENCE;
    }
    for (let index = 0; this.playing && index < out.length; index += 1) {
      out[index] = this.pieces[0][this.at];
      this.at += 1;
      this.waiting -= 1;
      if (this.at === this.pieces[0].length) {
        this.pieces.shift();
        this.at = 0;
      }
      this.playing = this.waiting > 0;
    }
    return true;
  }
});
