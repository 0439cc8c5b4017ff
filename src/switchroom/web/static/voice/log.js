// The conversation as it appears: one line per turn and speaker, replaced while it is only a guess.

export class Log {
  constructor(list) {
    this.list = list;
    this.lines = new Map();
  }

  reset() {
    this.list.replaceChildren();
    this.lines.clear();
  }

  line(who, turn) {
    const key = `${who} ${turn}`;
    let line = this.lines.get(key);
    if (!line) {
      line = element("li", who);
      const meta = element("span", "meta");
      meta.append(element("span", "who", who === "caller" ? "You" : "Agent"), element("span", "took"));
      line.append(meta, element("span", "text"));
      this.lines.set(key, line);
      this.list.append(line);
    }
    line.scrollIntoView({ block: "nearest" });
    return line;
  }

  say(who, turn, text, { partial = false, heard = text, interrupted = false } = {}) {
    const known = this.lines.get(`${who} ${turn}`);
    if (partial && known && !known.classList.contains("partial")) this.lines.delete(`${who} ${turn}`); // it says more
    const line = this.line(who, turn);
    if (who === "caller" && line.classList.contains("partial")) this.list.append(line); // it went on after a reminder
    line.classList.toggle("partial", partial);
    const words = line.querySelector(".text");
    words.replaceChildren(interrupted ? heard : text);
    if (interrupted) words.append(element("span", "unheard", text.slice(heard.length)), " ", element("span", "tag", "interrupted"));
    line.scrollIntoView({ block: "nearest" });
  }

  took(turn, seconds) {
    this.line("agent", turn).querySelector(".took").textContent = `${seconds.toFixed(2)} s`;
  }

  pressed(digit) {
    let line = this.list.lastElementChild;
    if (!line?.classList.contains("keys")) {
      line = element("li", "tool keys", "You pressed ");
      this.list.append(line);
    }
    line.textContent += digit;
  }

  forget(who, turn) {
    this.lines.get(`${who} ${turn}`)?.remove();
    this.lines.delete(`${who} ${turn}`);
  }

  tool(name, state) {
    const key = `tool ${name}`;
    const words = { started: "…", finished: "✓", failed: "failed" }[state] ?? state;
    let line = state === "started" ? null : this.lines.get(key);
    if (!line) {
      line = element("li", "tool");
      this.lines.set(key, line);
      this.list.append(line);
    }
    line.textContent = `${name.replaceAll("_", " ").replace(".", ": ")} ${words}`;
  }
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}
