// The voice assistant: one button, one call at a time. What the server says decides what is shown.

import { Log } from "./log.js";
import { VoiceSocket } from "./socket.js";
import { Sound, explain } from "./sound.js";

const STATES = {
  ready: "Ready", connecting: "Connecting", listening: "Listening", thinking: "Thinking", speaking: "Agent speaks",
  transferring: "Transferring",
};
const ENDINGS = {
  caller_hangup: "You hung up.", agent_hangup: "The agent ended the call.", timeout: "The call reached its longest duration.",
  rejected: "The call was not taken.", drained: "The service is restarting.", lost: "The connection was lost.",
};

const at = (id) => document.getElementById(id);
const root = at("assistant");
const log = new Log(at("log"));

let sound = null;
let socket = null;
let call = null; // {began, id, ended}
let beat = 0;

function show(state, elapsed = 0) {
  root.dataset.state = state;
  at("state").textContent = state === "thinking" && elapsed >= 1 ? `Thinking, ${Math.round(elapsed)} s` : STATES[state] ?? state;
  const calling = state !== "ready";
  at("call").querySelector(".label").textContent = calling ? "Hang up" : "Call";
  for (const id of ["controls", "write"]) at(id).hidden = !calling || state === "connecting";
  at("help").hidden = calling;
  if (!calling) openKeypad(false);
}

function openKeypad(open) {
  at("keypad").hidden = !open;
  at("keys").setAttribute("aria-expanded", String(open));
}

function complain(text) {
  at("problem").hidden = !text;
  at("problem").textContent = text;
}

async function credentials() {
  if (root.dataset.pin === "yes") return { pin: at("pin").value.trim() };
  const answer = await fetch("/api/auth/voice-token", { method: "POST" });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return { token: (await answer.json()).token };
}

async function begin() {
  complain("");
  log.reset();
  at("after").hidden = true;
  at("empty").hidden = true;
  delete root.dataset.authenticated;
  call = { began: performance.now(), id: "", ended: "lost" };
  const mine = call;
  show("connecting");
  try {
    const who = await credentials();
    sound = await new Sound(({ level, pcm }) => { meter("mic", level); socket?.sound(pcm); }).open();
    if (call !== mine) return sound.close(); // hung up before it began
    if (sound.refused) complain(`${explain(sound.refused)} Until then you can listen, write, and press keys.`);
    at("mute").disabled = Boolean(sound.refused);
    root.dataset.microphone = sound.refused ? "no" : "yes";
    socket = new VoiceSocket({ told, sounded, closed: finish });
    socket.open(who, sound.rate);
    beat = setInterval(measure, 100);
  } catch (error) {
    complain(error.message);
    finish();
  }
}

function finish() {
  if (!call) return;
  clearInterval(beat);
  socket?.close();
  sound?.close();
  if (call.id || call.ended !== "lost") conclude(call);
  socket = sound = call = null;
  meter("mic", 0);
  meter("agent", 0);
  at("clock").textContent = "";
  at("mute").setAttribute("aria-pressed", "false");
  show("ready");
  at("empty").hidden = log.lines.size > 0;
}

function conclude({ id, ended }) {
  at("after").textContent = `${ENDINGS[ended] ?? "The call is over."} `;
  at("after").hidden = false;
  if (id && root.dataset.linked === "yes") {
    const link = Object.assign(document.createElement("a"), { href: `/calls/${id}`, textContent: "See what was recorded" });
    at("after").append(link);
  }
}

function told(message) {
  root.dataset.last = message.type;
  switch (message.type) {
    case "authenticated": root.dataset.authenticated = "yes"; break;
    case "started": call.id = message.call; root.dataset.call = message.call; break;
    case "status": show(message.status, message.elapsed); break;
    case "transcript_partial": log.say("caller", message.turn, message.text, { partial: true }); break;
    case "transcript_final": final(message); break;
    case "greeting":
    case "agent_partial": log.say("agent", message.turn, message.text, { partial: true }); break;
    case "agent_final": spoken(message); break;
    case "audio_chunk": sounded(decode(message.chunk)); break;
    case "clear": sound.clear(); break;
    case "tool": log.tool(message.name, message.state); break;
    case "error": failed(message); break;
    case "ended": call.ended = message.reason; break;
  }
}

// Before the call has begun, an error is the end of the attempt; during it, only a note.
function failed({ message }) {
  complain(message);
  if (!root.dataset.authenticated) finish();
}

function final({ turn, text }) {
  if (text) log.say("caller", turn, text);
  else log.forget("caller", turn);
}

// A reply that answers a turn (no greeting, no reminder) shows how long the caller waited for its first sound.
function spoken(message) {
  log.say("agent", message.turn, message.text, message);
  const { decision, sent } = message.timings;
  if (decision === undefined || sent === undefined) return;
  root.dataset.latency = sent;
  log.took(message.turn, sent);
}

function sounded(buffer) {
  root.dataset.chunks = Number(root.dataset.chunks ?? 0) + 1;
  sound?.play(buffer);
}

function decode(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

function meter(id, level) {
  at(id).value = Math.min(1, Math.sqrt(level) * 1.4);
  if (id === "mic") root.dataset.micPeak = Math.max(level, Number(root.dataset.micPeak ?? 0)).toFixed(4);
}

function measure() {
  const { level, frequency } = sound.measure();
  meter("agent", level);
  if (level > 0.001) {
    root.dataset.agentLevel = level.toFixed(4);
    root.dataset.agentFrequency = frequency.toFixed(1);
  }
  const seconds = Math.floor((performance.now() - call.began) / 1000);
  at("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function press(digit) {
  socket?.send({ type: "digits", digits: digit });
  log.pressed(digit);
}

at("call").addEventListener("click", () => {
  if (!call) return begin();
  call.ended = "caller_hangup";
  if (!call.id) return finish();
  socket.send({ type: "end" }); // the server answers with "ended" and closes
  sound.clear();
});
at("mute").addEventListener("click", () => {
  sound.muted = !sound.muted;
  at("mute").setAttribute("aria-pressed", String(sound.muted));
  meter("mic", 0);
});
at("keys").addEventListener("click", () => openKeypad(at("keypad").hidden));
at("interrupt").addEventListener("click", () => socket.send({ type: "interrupt" }));
at("keypad").addEventListener("click", ({ target }) => { if (target.dataset.digit) press(target.dataset.digit); });
at("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (text) socket.send({ type: "text", text });
  at("text").value = "";
});
addEventListener("keydown", (event) => {
  if (call && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.tagName !== "INPUT" && /^[0-9*#]$/.test(event.key)) {
    press(event.key);
  }
});
addEventListener("pagehide", () => finish());
root.dataset.loaded = "yes";
