// Draws the page.

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

drawHero();
drawCauses();
drawTime();
drawServers();
drawSteps();
drawUse();
drawCertificates();
drawNames();

byId("flows-held").textContent = heldSentence();
byId("flow-table").append(flowTable.root);
narrowFlows();
for (const link of document.querySelectorAll("nav a")) {
  const target = byId(link.hash.slice(1));
  if (target.hidden) link.hidden = true;
}
byId("made-by").textContent = `Made by tlstriage ${data.run.version} with Chart.js. `
  + "This file loads nothing from anywhere. Times are UTC, as in the capture.";

followColours();
window.addEventListener("hashchange", followHash);
followHash();
document.documentElement.dataset.ready = "yes";
