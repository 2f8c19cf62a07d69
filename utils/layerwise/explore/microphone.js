// Record with the microphone, or read a sound file, and send the samples to Python. Nothing is fetched or sent elsewhere.

const REASONS = {
  NotAllowedError: "The browser was not allowed to use the microphone. Allow it beside the page's address, or take a file.",
  SecurityError: "The browser was not allowed to use the microphone. Allow it beside the page's address, or take a file.",
  NotFoundError: "There is no microphone here. Take a file instead.",
  NotReadableError: "Another program is using the microphone.",
};

function render({ model, el }) {
  el.classList.add("layerwise-microphone");
  const speak = make("button", "layerwise-button layerwise-microphone-speak", el, "Speak");
  speak.type = "button";
  speak.title = "Record with the microphone";
  const open = make("button", "layerwise-button layerwise-microphone-open", el, "Your own file");
  open.type = "button";
  open.title = "Take a sound file, such as a WAV";
  const input = make("input", "", el);
  Object.assign(input, { type: "file", accept: "audio/*,.wav,.mp3,.ogg,.flac", hidden: true, tabIndex: -1 });
  input.setAttribute("aria-hidden", "true");
  const says = make("p", "layerwise-microphone-says", el);
  says.setAttribute("role", "status");

  let recorder = null;
  let stream = null;
  let timer = 0;
  let closed = false;
  const tell = (text) => (says.textContent = text);
  const told = () => model.get("said") && tell(model.get("said"));

  const quiet = () => {
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = recorder = null;
    speak.textContent = "Speak";
    speak.classList.remove("layerwise-microphone-on");
  };

  const send = async (bytes) => {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    const context = new Context();
    try {
      const sound = await context.decodeAudioData(bytes);
      const most = Math.ceil(model.get("longest") * sound.sampleRate);
      const length = Math.min(sound.length, most);
      if (!length) throw new Error("empty");
      const samples = new Int16Array(length);
      for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
        const data = sound.getChannelData(channel);
        for (let i = 0; i < length; i += 1) {
          const value = Math.max(-1, Math.min(1, data[i]));
          samples[i] += Math.round((value * 32767) / sound.numberOfChannels);
        }
      }
      if (closed) return;
      model.send({ kind: "recording", rate: sound.sampleRate }, undefined, [samples.buffer]);
      const cut = sound.length > most ? `, cut to ${model.get("longest")} s` : "";
      tell(`${(length / sound.sampleRate).toFixed(1)} s heard${cut}.`);
    } catch {
      tell("The browser cannot read this as sound. WAV always works.");
    } finally {
      context.close();
    }
  };

  const start = async () => {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
      tell("This page may not use a microphone: browsers allow it on localhost and https only. Take a file instead.");
      return;
    }
    speak.disabled = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      recorder = new MediaRecorder(stream);
    } catch (error) {
      quiet();
      tell(REASONS[error.name] ?? `The microphone did not start (${error.name}).`);
      return;
    } finally {
      speak.disabled = false;
    }
    if (closed) return quiet();
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = async () => {
      const bytes = await new Blob(pieces, { type: pieces[0]?.type }).arrayBuffer();
      quiet();
      if (!closed) send(bytes);
    };
    const began = performance.now();
    const longest = model.get("longest");
    recorder.start();
    speak.textContent = "Stop";
    speak.classList.add("layerwise-microphone-on");
    tell(`Recording, ${longest} s at most.`);
    timer = setInterval(() => {
      if (recorder?.state === "recording" && performance.now() - began > 1000 * longest) recorder.stop();
    }, 50);
  };

  speak.addEventListener("click", () => (recorder?.state === "recording" ? recorder.stop() : start()));
  open.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (file) await send(await file.arrayBuffer());
    input.value = "";
  });
  model.on("change:said", told);
  return () => {
    closed = true;
    model.off("change:said", told);
    if (recorder?.state === "recording") recorder.stop();
    quiet();
  };
}

export default { render };
