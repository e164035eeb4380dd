import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AuditReport, auditSchema } from "./audit/audit_file.ts";
import { renderAudit } from "./write_audit.ts";

const HOSTILE = `</pre><script>alert(1)</script><img src=x onerror="alert(2)">`;

const audit: AuditReport = {
  name: `made ${HOSTILE}`,
  arms: ["one", "two"].map((arm) => ({
    arm,
    title: arm,
    maxTokens: 120,
    completions: 1234,
    questions: 10,
    findings: [{
      check: "made_up",
      severity: "severe",
      title: `A copy earns all ${HOSTILE}`,
      detail: HOSTILE,
      cases: { found: 2, tried: 7 },
      samples: [{
        label: HOSTILE,
        record: HOSTILE,
        question: HOSTILE,
        gold: HOSTILE,
        prompt: HOSTILE,
        completion: HOSTILE,
        lengthTokens: 12,
        budget: { mode: "maximum", tokens: 40 },
        reward: 0.5,
        components: { answer: -1, length: null },
      }],
    }],
  })),
};

Deno.test("the page of an audit shows a shared finding once, with escaped texts", async () => {
  const html = await renderAudit(auditSchema.parse(JSON.parse(JSON.stringify(audit))));
  assertEquals(html.match(/<script|<img/g), null);
  assertEquals(html.match(/<details/g)?.length, 1);
  assertStringIncludes(html, "<span>one, two</span>");
  assertStringIncludes(html, "2 of 7 cases");
  assertStringIncludes(html, "answer \u22121.00, length none");
  assert(!/(?:src|href)="https?:/.test(html));
});
