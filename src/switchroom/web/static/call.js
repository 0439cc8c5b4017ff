// A call's recording: its shape in two lanes, and the transcript as a way to move in it.

const player = document.querySelector(".player");
const audio = document.getElementById("audio");
const canvas = document.getElementById("wave");
let shape = { duration: 0, caller: [], agent: [] };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw() {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.clearRect(0, 0, width, height);
  const played = shape.duration ? audio.currentTime / shape.duration : 0;
  lane(pen, shape.caller, colour("--caller"), width, height / 4, height / 4 - 4, played);
  lane(pen, shape.agent, colour("--accent"), width, (3 * height) / 4, height / 4 - 4, played);
  pen.fillStyle = colour("--line");
  pen.fillRect(0, height / 2, width, 1);
  pen.fillStyle = colour("--ink");
  pen.fillRect(Math.min(width - 1, played * width), 0, 1.5, height);
}

function lane(pen, peaks, ink, width, middle, reach, played) {
  const bars = Math.floor(width / 3);
  pen.fillStyle = ink;
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar * peaks.length) / bars);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / bars));
    let peak = 0;
    for (let index = from; index < to; index += 1) peak = Math.max(peak, peaks[index] ?? 0);
    const size = Math.max(0.75, Math.sqrt(peak) * reach);
    pen.globalAlpha = bar / bars < played ? 1 : 0.45;
    pen.fillRect(bar * 3, middle - size, 2, 2 * size);
  }
  pen.globalAlpha = 1;
}

function seek(seconds) {
  audio.currentTime = seconds;
  audio.play().catch(() => {});
}

function mark() {
  for (const line of document.querySelectorAll(".transcript .line")) {
    const inside = audio.currentTime >= Number(line.dataset.start) && audio.currentTime < Number(line.dataset.end);
    line.parentElement.classList.toggle("now", inside && !audio.paused);
  }
  draw();
}

function follow() {
  mark();
  if (!audio.paused) requestAnimationFrame(follow);
}

if (player) {
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  audio.addEventListener("play", follow);
  audio.addEventListener("pause", mark);
  audio.addEventListener("seeked", mark);
  canvas.addEventListener("click", (event) => seek((event.offsetX / canvas.clientWidth) * shape.duration));
  document.addEventListener("click", (event) => {
    const line = event.target.closest(".transcript .line");
    if (line) seek(Number(line.dataset.start));
  });
  const answer = await fetch(player.dataset.waveform);
  if (answer.ok) shape = await answer.json();
  else player.replaceChildren("The recording is not there any more.");
  player.dataset.points = shape.caller.length;
  if (canvas.isConnected) draw();
}
