// 1,000 SendTextMessage calls a second over 64 connections. Usage: node load.mjs URL SECONDS ORIGINATION CONFIGURATION_SET
import autocannon from "autocannon";

const [url, seconds, origination, set] = process.argv.slice(2);
const body = JSON.stringify({ DestinationPhoneNumber: "+14255550100", OriginationIdentity: origination, MessageBody: "Load", ConfigurationSetName: set });
const headers = {
  "content-type": "application/x-amz-json-1.0", "x-amz-target": "PinpointSMSVoiceV2.SendTextMessage",
  authorization: "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/sms-voice/aws4_request, SignedHeaders=host, Signature=00",
};
const rate = { connections: 64, overallRate: 1000, duration: Number(seconds) };
const result = await autocannon({ url, method: "POST", headers, body, ...rate });
const { p50, p90, p99, max } = result.latency;
console.log(JSON.stringify({ sent: result["2xx"], refused: result.non2xx, errors: result.errors, per_second: Math.round(result["2xx"] / result.duration), p50, p90, p99, max }));
