"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const canvas = document.getElementById("map"), tip = document.getElementById("tip"), who = document.getElementById("who");
  const g = canvas.getContext("2d"), shown = new Set(data.offers.map((o) => o.trigger));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // Web Mercator, in units of the world's width.
  const project = ([lat, lon]) => [lon / 360, -Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)];
  const ways = data.tracks.map((t) => {
    const points = [];
    for (let i = 0; i < t.points.length; i += 2) points.push(project([t.points[i], t.points[i + 1]]));
    return { user: t.user, points };
  });
  const offers = data.offers.map((o) => ({ ...o, xy: project(o.at) }));
  const places = data.places.map((p) => ({ ...p, xy: project(p.at) }));

  let view = { x: 0, y: 0, scale: 1 };
  const toScreen = ([x, y]) => [(x - view.x) * view.scale + canvas.clientWidth / 2, (y - view.y) * view.scale + canvas.clientHeight / 2];
  const visible = (o) => shown.has(o.trigger) && (!who.value || o.user === who.value);

  function fit() {
    const all = [...(who.value ? [] : places.map((p) => p.xy)), ...offers.filter(visible).map((o) => o.xy)];
    for (const w of ways) if (!who.value || w.user === who.value) all.push(...w.points);
    if (!all.length) return;
    const range = (i) => { // without the outermost few: one stray point must not shrink the city
      const v = all.map((p) => p[i]).sort((a, b) => a - b), cut = Math.floor(v.length / 400);
      return [v[cut], v[v.length - 1 - cut]];
    };
    const [west, east] = range(0), [north, south] = range(1);
    view = {
      x: (west + east) / 2, y: (north + south) / 2,
      scale: 0.88 * Math.min(canvas.clientWidth / Math.max(east - west, 1e-6), canvas.clientHeight / Math.max(south - north, 1e-6)),
    };
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    g.font = "11px system-ui, sans-serif";
    for (const p of places) {
      const [x, y] = toScreen(p.xy);
      g.fillStyle = colour("place");
      g.fillRect(x - 1.5, y - 1.5, 3, 3);
      if (metresPerPixel() > 1.8) continue; // names would run into each other
      g.fillStyle = colour("soft");
      g.fillText(p.name, x + 6, y + 4);
    }
    g.strokeStyle = colour("way");
    g.lineJoin = "round";
    for (const w of ways) {
      const mine = w.user === who.value;
      if (who.value && !mine) continue;
      g.globalAlpha = mine ? 0.9 : 0.35;
      g.lineWidth = mine ? 2 : 1;
      g.beginPath();
      w.points.forEach((p, i) => (i ? g.lineTo(...toScreen(p)) : g.moveTo(...toScreen(p))));
      g.stroke();
    }
    g.lineWidth = 1.5;
    g.strokeStyle = colour("card");
    for (const o of offers) {
      if (!visible(o)) continue;
      const [x, y] = toScreen(o.xy);
      g.globalAlpha = 0.85;
      g.fillStyle = colour(o.trigger) || colour("fill");
      g.beginPath();
      g.arc(x, y, o.outcome === "redeemed" ? 6.5 : 4.5, 0, 2 * Math.PI);
      g.fill();
      g.stroke();
      if (who.value) g.fillText(o.title, x + 10, y + 4);
    }
    g.globalAlpha = 1;
    scaleBar();
  }

  function metresPerPixel() {
    const lat = (Math.atan(Math.exp(-view.y * 2 * Math.PI)) - Math.PI / 4) * 2;
    return (40075016 * Math.cos(lat)) / view.scale;
  }

  function scaleBar() {
    const perPixel = metresPerPixel(), raw = perPixel * 110, power = 10 ** Math.floor(Math.log10(raw));
    const metres = [5, 2, 1].find((n) => n * power <= raw) * power, width = metres / perPixel, y = canvas.clientHeight - 16;
    g.strokeStyle = g.fillStyle = colour("soft");
    g.beginPath();
    g.moveTo(14, y - 5); g.lineTo(14, y); g.lineTo(14 + width, y); g.lineTo(14 + width, y - 5);
    g.stroke();
    g.font = "12px system-ui, sans-serif";
    g.fillText(metres >= 1000 ? metres / 1000 + " km" : metres + " m", 20, y - 5);
  }

  function zoom(factor, px = canvas.clientWidth / 2, py = canvas.clientHeight / 2) {
    const dx = (px - canvas.clientWidth / 2) / view.scale, dy = (py - canvas.clientHeight / 2) / view.scale;
    view.x += dx - dx / factor;
    view.y += dy - dy / factor;
    view.scale *= factor;
    draw();
  }

  function point(e) {
    let best = null, nearest = 12;
    for (const o of offers) {
      if (!visible(o)) continue;
      const [x, y] = toScreen(o.xy), d = Math.hypot(x - e.offsetX, y - e.offsetY);
      if (d < nearest) [best, nearest] = [o, d];
    }
    tip.hidden = !best;
    if (!best) return;
    const words = (s) => s.replaceAll("_", " ");
    tip.textContent = `${best.title}\n${best.place}\n${best.user}, ${best.time}\n${words(best.trigger)}: ${best.reason}\n→ ${words(best.outcome)}`;
    tip.style.left = Math.min(e.offsetX + 14, canvas.clientWidth - 200) + "px";
    tip.style.top = Math.min(e.offsetY + 14, canvas.clientHeight - 110) + "px";
  }

  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY); }, { passive: false });
  canvas.addEventListener("pointerdown", (e) => canvas.setPointerCapture(e.pointerId));
  canvas.addEventListener("pointermove", (e) => {
    if (!e.buttons) return point(e);
    view.x -= e.movementX / view.scale;
    view.y -= e.movementY / view.scale;
    draw();
  });
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("keydown", (e) => {
    const step = 40 / view.scale, moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (moves) { view.x += step * moves[0]; view.y += step * moves[1]; draw(); e.preventDefault(); }
    if (e.key === "+" || e.key === "=") zoom(1.4);
    if (e.key === "-") zoom(1 / 1.4);
  });
  document.getElementById("in").onclick = () => zoom(1.6);
  document.getElementById("out").onclick = () => zoom(1 / 1.6);
  document.getElementById("all").onclick = () => { fit(); draw(); };

  for (const user of new Set([...ways.map((w) => w.user), ...offers.map((o) => o.user)])) who.append(new Option(user, user));
  who.onchange = () => { fit(); draw(); };

  const legend = document.getElementById("legend");
  for (const trigger of [...shown].sort()) {
    const label = document.createElement("label"), box = document.createElement("input"), dot = document.createElement("i");
    box.type = "checkbox";
    box.checked = true;
    box.onchange = () => { box.checked ? shown.add(trigger) : shown.delete(trigger); draw(); };
    dot.style.setProperty("--dot", `var(--${trigger}, var(--fill))`);
    label.append(box, dot, trigger.replaceAll("_", " "));
    legend.append(label);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(canvas);
  fit();
  draw();
})();
