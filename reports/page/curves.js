// Draws the learning curves from the page's data, one Plotly chart for each metric, with switches for
// arms and smoothing that hold for all of them. Without scripts the static drawings stay in place.
(() => {
  const { Plotly } = globalThis.moduleName === undefined ? globalThis : {
    Plotly: globalThis.moduleName,
  };
  const figure = JSON.parse(document.getElementById("curve-data").textContent);
  const host = document.getElementById("interactive-curves");
  if (Plotly === undefined || host === null) return;

  const hidden = new Set();
  let curveOf = (curve) => curve.smooth;

  const dashOf = (dash) => dash.length === 0 ? "solid" : dash.map((length) => `${length}px`).join();
  // Plotly reads a few tags in names, so none may be left in them.
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

  function tracesOf(panel) {
    const shown = panel.curves.filter(({ arm }) => !hidden.has(arm));
    const bands = shown.map((curve) => {
      const { steps, low, high } = curveOf(curve);
      const there = steps.map((_, index) => index).filter((index) => low[index] !== null);
      const back = [...there].reverse();
      return {
        x: [...there, ...back].map((index) => steps[index]),
        y: [...there.map((index) => high[index]), ...back.map((index) => low[index])],
        fill: "toself",
        fillcolor: `${curve.color}22`,
        line: { width: 0 },
        mode: "lines",
        hoverinfo: "skip",
      };
    });
    const lines = shown.map((curve) => {
      const { steps, mean, low, high } = curveOf(curve);
      return {
        x: steps,
        y: mean,
        customdata: steps.map((_, index) => [low[index], high[index]]),
        name: plain(curve.arm),
        mode: "lines",
        line: { color: curve.color, width: 2, dash: dashOf(curve.dash) },
        hovertemplate: "%{y:.3~g} (%{customdata[0]:.3~g} to %{customdata[1]:.3~g})",
      };
    });
    return [...bands, ...lines];
  }

  function layoutOf(panel) {
    const axis = {
      gridcolor: "#e4e7eb",
      zeroline: false,
      ticks: "outside",
      tickcolor: "#c5cad1",
      ticklen: 4,
      nticks: 6,
      automargin: true,
    };
    const steps = panel.curves.flatMap(({ raw }) => raw.steps);
    const isShort = Math.max(...steps) - Math.min(...steps) <= 6;
    return {
      title: { text: panel.title, font: { size: 13.5, weight: 600 }, x: 0, xref: "paper", y: 0.96 },
      font: { family: getComputedStyle(document.body).fontFamily, size: 11, color: "#222a35" },
      margin: { l: 48, r: 8, t: 34, b: 38 },
      height: 250,
      showlegend: false,
      hovermode: "x unified",
      hoverlabel: { bgcolor: "rgba(255,255,255,0.94)", bordercolor: "#c5cad1" },
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      xaxis: {
        ...axis,
        showgrid: false,
        ...(isShort ? { dtick: 1 } : {}),
        title: { text: "training step", standoff: 6 },
        hoverformat: "d",
        unifiedhovertitle: { text: "step %{x}" },
      },
      yaxis: { ...axis, title: { text: panel.unit, standoff: 8 }, tickformat: panel.format },
    };
  }

  const charts = figure.panels.map((panel) => {
    const element = document.createElement("div");
    element.className = "curve";
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `${panel.title} by training step, one curve for each arm`);
    host.append(element);
    return { panel, element };
  });

  function draw() {
    for (const { panel, element } of charts) {
      Plotly.react(element, tracesOf(panel), layoutOf(panel), {
        displayModeBar: false,
        responsive: true,
      });
    }
  }

  document.documentElement.classList.add("scripted");
  for (const button of document.querySelectorAll("#curves [data-arm]")) {
    button.addEventListener("click", () => {
      const { arm } = button.dataset;
      if (!hidden.delete(arm)) hidden.add(arm);
      button.setAttribute("aria-pressed", String(!hidden.has(arm)));
      draw();
    });
  }
  document.getElementById("smoothing")?.addEventListener("change", (event) => {
    const smooth = event.target.checked;
    curveOf = (curve) => smooth ? curve.smooth : curve.raw;
    draw();
  });
  draw();
})();
