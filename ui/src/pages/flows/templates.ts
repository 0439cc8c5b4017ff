/** Small flows that run as they are, to begin with. */

export type Template = "model" | "plain" | "text";

export const TEMPLATES: Readonly<Record<Template, string>> = {
  model: `flow: a friendly assistant
language: en
home: talk

nodes:
  start: {type: start, greeting: "Hello, how can I help you?", next: talk}
  talk:
    type: agent
    prompt: |
      You answer the telephone for a small company. Be brief and friendly: one or two sentences at a time.
      When the caller has what they wanted, take the route done.
    routes:
      done: {to: goodbye, when: the caller has what they wanted or says goodbye}
    failed: sorry
  goodbye: {type: hang_up, text: "Thank you for calling. Goodbye."}
  sorry: {type: hang_up, text: "I am sorry, I cannot help right now. Please call again later."}
`,
  plain: `flow: opening hours
language: en
home: menu

intents:
  hours: [when are you open, what are your opening hours, are you open today]
  bye: [goodbye, that is all, no thank you, bye]

nodes:
  start: {type: start, greeting: "Hello.", next: menu}
  menu:
    type: classify
    prompts: ["How can I help you?", "You can ask for our opening hours, or say goodbye."]
    routes: {hours: hours, bye: goodbye}
    lost: goodbye
  hours: {type: say, text: "We are open from nine to five, Monday to Friday.", next: menu}
  goodbye: {type: hang_up, text: "Thank you for calling. Goodbye."}
`,
  text: `flow: leave a message
language: en

nodes:
  start: {type: start, greeting: "Hello, nobody can talk right now.", next: message}
  message: {type: voicemail, text: "Please leave a message after the tone.", next: goodbye}
  goodbye: {type: hang_up, text: "Thank you, we will call you back. Goodbye."}
`,
};
