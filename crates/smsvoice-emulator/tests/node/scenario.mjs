// A sender's day through the AWS SDK for JavaScript, both clients. Usage: node scenario.mjs URL
import assert from "node:assert/strict";
import * as v2 from "@aws-sdk/client-pinpoint-sms-voice-v2";
import * as v1 from "@aws-sdk/client-pinpoint-sms-voice";

const settings = { endpoint: process.argv[2], region: "us-east-1", credentials: { accessKeyId: "key", secretAccessKey: "secret" } };
const modern = new v2.PinpointSMSVoiceV2Client(settings);
const old = new v1.PinpointSMSVoiceClient(settings);
let count = 0;
const call = (name, input = {}) => { count += 1; return modern.send(new v2[name + "Command"](input)); };
const voice = (name, input = {}) => { count += 1; return old.send(new v1[name + "Command"](input)); };
const refused = async (name, input, type, reason) => {
  const error = await call(name, input).then(() => assert.fail(name + " should be refused"), (error) => error);
  assert.equal(error.name, type);
  assert.equal(error.Reason, reason);
  assert.ok(error instanceof v2[type]);
  return error;
};

const set = await call("CreateConfigurationSet", { ConfigurationSetName: "js", Tags: [{ Key: "a", Value: "b" }] });
assert.ok(set.CreatedTimestamp instanceof Date && Math.abs(set.CreatedTimestamp - Date.now()) < 600_000);
await call("TagResource", { ResourceArn: set.ConfigurationSetArn, Tags: [{ Key: "c", Value: "d" }] });
assert.equal((await call("ListTagsForResource", { ResourceArn: set.ConfigurationSetArn })).Tags.length, 2);
const SnsDestination = { TopicArn: "arn:aws:sns:us-east-1:000000000000:t" };
await call("CreateEventDestination", { ConfigurationSetName: "js", EventDestinationName: "d", MatchingEventTypes: ["ALL"], SnsDestination });
const mismatch = { ConfigurationSetName: "js", EventDestinationName: "d", CloudWatchLogsDestination: {
  IamRoleArn: "arn:aws:iam::000000000000:role/r", LogGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:g" } };
await refused("UpdateEventDestination", mismatch, "ConflictException", "EVENT_DESTINATION_MISMATCH");
const invalid = await refused("CreateConfigurationSet", { ConfigurationSetName: "not valid" }, "ValidationException", "FIELD_VALIDATION_FAILED");
assert.equal(invalid.Fields[0].Name, "ConfigurationSetName");

const number = await call("RequestPhoneNumber", { IsoCountryCode: "US", MessageType: "TRANSACTIONAL", NumberCapabilities: ["SMS", "VOICE", "MMS"], NumberType: "LONG_CODE" });
const OriginationIdentity = number.PhoneNumberId;
await call("PutKeyword", { OriginationIdentity, Keyword: "JOIN", KeywordMessage: "Welcome" });
assert.equal((await call("DescribeKeywords", { OriginationIdentity })).Keywords.length, 3);
const pool = await call("CreatePool", { OriginationIdentity, IsoCountryCode: "US", MessageType: "TRANSACTIONAL" });
await call("RequestSenderId", { SenderId: "ACME", IsoCountryCode: "GB" });
await call("AssociateOriginationIdentity", { PoolId: pool.PoolId, OriginationIdentity: "ACME", IsoCountryCode: "GB" });
const DestinationPhoneNumber = "+14255550100";
const sent = await call("SendTextMessage", { DestinationPhoneNumber, OriginationIdentity: pool.PoolId, MessageBody: "Hello", ConfigurationSetName: "js", MessageFeedbackEnabled: true });
await call("PutMessageFeedback", { MessageId: sent.MessageId, MessageFeedbackStatus: "RECEIVED" });
await call("SendVoiceMessage", { DestinationPhoneNumber, OriginationIdentity, MessageBody: "Hello" });
await call("SendMediaMessage", { DestinationPhoneNumber, OriginationIdentity, MediaUrls: ["s3://media/a.png"] });
await call("CreateOptOutList", { OptOutListName: "js" });
await call("PutOptedOutNumber", { OptOutListName: "Default", OptedOutNumber: DestinationPhoneNumber });
await refused("SendTextMessage", { DestinationPhoneNumber, OriginationIdentity, MessageBody: "x" }, "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT");
await call("DescribeAccountLimits");
await call("DescribeAccountAttributes");
const pages = [];
for await (const page of v2.paginateDescribeOptOutLists({ client: modern, pageSize: 1 }, {})) pages.push(page.OptOutLists[0].OptOutListName);
assert.deepEqual(pages, ["Default", "js"]);

await voice("CreateConfigurationSet", { ConfigurationSetName: "v" });
const EventDestination = { Enabled: true, MatchingEventTypes: ["BUSY"], SnsDestination };
const names = { ConfigurationSetName: "v", EventDestinationName: "d" };
await voice("CreateConfigurationSetEventDestination", { ...names, EventDestination });
await voice("UpdateConfigurationSetEventDestination", { ...names, EventDestination: { ...EventDestination, Enabled: false } });
assert.equal((await voice("GetConfigurationSetEventDestinations", { ConfigurationSetName: "v" })).EventDestinations[0].Enabled, false);
const Content = { PlainTextMessage: { Text: "Hello", LanguageCode: "en-US", VoiceId: "Matthew" } };
assert.ok((await voice("SendVoiceMessage", { ConfigurationSetName: "v", DestinationPhoneNumber, OriginationPhoneNumber: number.PhoneNumber, Content })).MessageId);
await voice("DeleteConfigurationSetEventDestination", names);
assert.deepEqual((await voice("ListConfigurationSets")).ConfigurationSets, ["v"]);
await voice("DeleteConfigurationSet", { ConfigurationSetName: "v" });
const missing = await voice("DeleteConfigurationSet", { ConfigurationSetName: "v" }).catch((error) => error);
assert.equal(missing.name, "NotFoundException");
assert.equal(missing.$metadata.httpStatusCode, 404);
console.log(`npm: ${count} calls`);
