// The inbox and both APIs by HTTP/2 with prior knowledge, several requests at once on one connection. Usage: node http2.mjs URL
import assert from "node:assert/strict";
import http2 from "node:http2";

const [url] = process.argv.slice(2);
const session = http2.connect(url);
const request = (headers, body) => new Promise((resolve, reject) => {
  const stream = session.request(headers);
  let status;
  let text = "";
  stream.on("response", (head) => { status = head[":status"]; });
  stream.setEncoding("utf8");
  stream.on("data", (data) => { text += data; });
  stream.on("end", () => resolve({ status, text }));
  stream.on("error", reject);
  stream.end(body);
});
const authorization = "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00";
const call = (n) => request({ ":method": "POST", ":path": "/", authorization, "x-amz-target": "PinpointSMSVoiceV2.CreateConfigurationSet" },
  JSON.stringify({ ConfigurationSetName: "set-" + n }));
const answers = await Promise.all([...Array(20).keys()].map(call));
assert.ok(answers.every(({ status, text }) => status === 200 && JSON.parse(text).ConfigurationSetArn), JSON.stringify(answers[0]));
assert.equal((await request({ ":path": "/v1/sms-voice/configuration-sets", authorization })).status, 200);
assert.match((await request({ ":path": "/" })).text, /No message yet/);
assert.equal((await request({ ":path": "/", ":authority": "evil.example" })).status, 403);
session.close();
console.log("http2: ok");
