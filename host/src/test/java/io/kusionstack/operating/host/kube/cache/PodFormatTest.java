package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What both encodings have to give alike. */
class PodFormatTest {
    private final PodParser parser = new PodParser(Set.of("example.com/asked"), PodStream.Encoding.PROTOBUF);
    private final PodFormat json = parser.format("application/json");
    private final PodFormat protobuf = parser.format(PodEncodings.PROTOBUF);

    @Test
    void choosesTheEncodingByTheContentType() {
        assertThat(parser.format("application/vnd.kubernetes.protobuf")).isSameAs(protobuf);
        assertThat(parser.format("application/json;stream=watch")).isSameAs(json);
        assertThat(parser.format("text/html")).isSameAs(json);
        assertThat(parser.format(null)).isSameAs(json);
    }

    @Test
    void makesEqualRecordsOfTheRecordedPod() throws IOException {
        assertThat(shown(protobuf, PodEncodings.frame("ADDED", recorded())))
                .isEqualTo(parser.parse(recorded().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void readsNoVersionAgainThatIsKnown() throws IOException {
        PodRecord known = Pods.pod("a").build();
        PodParser knowing = new PodParser(
                Set.of(),
                PodStream.Encoding.PROTOBUF,
                (uid, version) -> uid.equals("u") && version == 7 ? known : null);

        assertThat(knowing.parse(PodEncodings.protobuf(pod("u", 7)))).isSameAs(known);
        assertThat(shown(knowing.format(PodEncodings.PROTOBUF), PodEncodings.frame("MODIFIED", pod("u", 7))))
                .isSameAs(known);
        for (String other : List.of(pod("u", 8), pod("v", 7), "{\"kind\":\"Pod\"}")) {
            assertThat(knowing.parse(PodEncodings.protobuf(other)))
                    .isEqualTo(parser.parse(other.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static String pod(String uid, long version) {
        return "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\",\"uid\":\"" + uid
                + "\",\"resourceVersion\":\"" + version + "\"},\"status\":{\"phase\":\"Running\"}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'metadata':{}, 'spec':{}, 'status':{}}",
                "{'metadata':{'name':'a','uid':'u','resourceVersion':'not a number','generation':-1}}",
                "{'metadata':{'deletionTimestamp':'1970-01-01T00:00:00Z','deletionGracePeriodSeconds':0}}",
                "{'metadata':{'labels':{'grüße':'你好','empty':''},'annotations':{'kusionstack.io/note':'é','other':'x'}}}",
                "{'metadata':{'managedFields':[{'operation':'Update'},{'operation':'Apply','fieldsV1':{'f:spec':{}}}]}}",
                "{'metadata':{'managedFields':[{}],'ownerReferences':[{'uid':'u'},{'kind':'K','controller':false}]}}",
                "{'spec':{'ephemeralContainers':[{'name':'debug','image':'d:1'}],'containers':[{'name':'a'}]},"
                        + "'status':{'ephemeralContainerStatuses':[{'name':'debug','ready':true}]}}",
                "{'spec':{'containers':[{'name':'a','image':'a:1'}]},'status':{'phase':'Failed','reason':'Evicted',"
                        + "'message':'gone','containerStatuses':[{'name':'a','restartCount':2,'state':{'terminated':{"
                        + "'exitCode':137,'reason':'OOMKilled','message':'m','startedAt':'2026-11-23T20:01:02Z',"
                        + "'containerID':'c://2'}},'lastState':{'terminated':{'exitCode':-1,'containerID':'c://1'}}}]}}",
                "{'spec':{'initContainers':[{'name':'a'}],'containers':[{'name':'a'}]},'status':{'podIP':'10.0.0.1',"
                        + "'containerStatuses':[{'name':'a','started':true,'state':{'running':{}}}],"
                        + "'initContainerStatuses':[{'name':'a','state':{'waiting':{'reason':'PodInitializing'}}}]}}",
                "{'spec':{'readinessGates':[{'conditionType':'x/y'},{}],'volumes':[{'name':'v'},{'name':'w',"
                        + "'persistentVolumeClaim':{'claimName':'c','readOnly':true}}]},'status':{'conditions':["
                        + "{'type':'x/y','status':'True'},{'type':'Ready','lastTransitionTime':'2026-11-23T20:01:02Z'},"
                        + "{'type':'Initialized'}],'observedGeneration':3,'podIPs':[{'ip':'fd00::1'},{}]}}",
            })
    void makesEqualRecordsOfOddPods(String quoted) throws IOException {
        String pod =
                "{\"kind\":\"Pod\"," + quoted.replace('\'', '"').substring(1).replaceFirst("^}$", "\"x\":1}");

        assertThat(shown(protobuf, PodEncodings.frame("MODIFIED", pod)))
                .isEqualTo(shown(json, PodEncodings.document("MODIFIED", pod)));
    }

    @Test
    void sharesTheValuesOfOneEncodingWithTheOther() throws IOException {
        PodRecord one = shown(json, PodEncodings.document("ADDED", recorded()));
        PodRecord other = shown(protobuf, PodEncodings.frame("ADDED", recorded()));

        assertThat(other.labels()).isSameAs(one.labels());
        assertThat(other.owners()).isSameAs(one.owners());
        assertThat(other.node()).isSameAs(one.node());
        assertThat(other.created()).isSameAs(one.created());
        assertThat(other.annotations().get("pod.kusionstack.io/available-conditions"))
                .isSameAs(one.annotations().get("pod.kusionstack.io/available-conditions"));
    }

    @Test
    void readsAPageAndWhereTheNextIs() throws IOException {
        String list =
                "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"77\",\"continue\":\"next\"},\"items\":["
                        + recorded() + ",{\"metadata\":{\"name\":\"b\"}}]}";
        List<PodRecord> inJson = new ArrayList<>();
        List<PodRecord> inProtobuf = new ArrayList<>();

        assertThat(json.page(list.getBytes(StandardCharsets.UTF_8), inJson::add))
                .isEqualTo(new PodFormat.Page(77, "next"));
        assertThat(protobuf.page(PodEncodings.protobuf(list), inProtobuf::add))
                .isEqualTo(new PodFormat.Page(77, "next"));
        assertThat(inProtobuf).isEqualTo(inJson).extracting(PodRecord::name).containsExactly("web-x7k2p", "b");
    }

    @Test
    void tellsABookmarkFromTheOneThatEndsTheList() throws IOException {
        String plain = "{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"7\"}}";
        String end = "{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"8\",\"annotations\":{"
                + "\"k8s.io/initial-events-end\":\"true\"}}}";

        for (byte[] watch : List.of(PodEncodings.frame("BOOKMARK", plain), PodEncodings.document("BOOKMARK", plain))) {
            assertThat(PodEncodings.events(format(watch), watch)).containsExactly(new PodEvent.Bookmark(7, false));
        }
        for (byte[] watch : List.of(PodEncodings.frame("BOOKMARK", end), PodEncodings.document("BOOKMARK", end))) {
            assertThat(PodEncodings.events(format(watch), watch)).containsExactly(new PodEvent.Bookmark(8, true));
        }
    }

    @Test
    void readsWhatHasGone() throws IOException {
        byte[] watch = PodEncodings.frame("DELETED", recorded());

        assertThat(PodEncodings.events(protobuf, watch))
                .containsExactly(new PodEvent.Gone(shown(json, PodEncodings.document("ADDED", recorded()))));
    }

    @Test
    void tellsWhyTheServerEndsTheWatch() throws IOException {
        byte[] watch = PodEncodings.frame(
                "ERROR",
                "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old resource version\"}");

        PodEvent event = PodEncodings.events(protobuf, watch).getFirst();

        assertThat(event).isInstanceOfSatisfying(PodEvent.Refused.class, refused -> {
            assertThat(refused.answer().isGone()).isTrue();
            assertThat(refused.answer().message()).isEqualTo("too old resource version");
        });
    }

    @Test
    void readsARefusalInEachEncoding() throws IOException {
        String status = "{\"kind\":\"Status\",\"message\":\"Timeout: wait\",\"reason\":\"Timeout\",\"details\":{"
                + "\"causes\":[{\"reason\":\"ResourceVersionTooLarge\",\"message\":\"Too large resource version\"}]},"
                + "\"code\":504}";
        ApiResponse answer =
                protobuf.refusal(new ApiResponse(504, PodEncodings.protobuf(status), Duration.ofSeconds(1)));

        assertThat(PodEncodings.tree(answer.body()))
                .isEqualTo(PodEncodings.tree(status.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.code()).isEqualTo(504);
        assertThat(answer.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(PodLister.isTooLarge(answer)).isTrue();
    }

    @Test
    void leavesARefusalThatIsNotOfTheApi() {
        ApiResponse page = new ApiResponse(502, "<html>".getBytes(StandardCharsets.UTF_8), Duration.ZERO);

        assertThat(protobuf.refusal(page)).isSameAs(page);
        assertThat(json.refusal(page)).isSameAs(page);
    }

    private PodFormat format(byte[] watch) {
        return watch[0] == '{' ? json : protobuf;
    }

    private static PodRecord shown(PodFormat format, byte[] watch) throws IOException {
        List<PodEvent> events = PodEncodings.events(format, watch);
        assertThat(events).singleElement().isInstanceOf(PodEvent.PodSeen.class);
        return ((PodEvent.PodSeen) events.getFirst()).pod();
    }

    private static String recorded() throws IOException {
        try (InputStream file = PodFormatTest.class.getResourceAsStream("/kube/pod.json")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8).replace("\n", "");
        }
    }
}
