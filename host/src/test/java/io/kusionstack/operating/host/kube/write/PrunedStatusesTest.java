package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class PrunedStatusesTest {
    private static final ObjectRef RULE = new ObjectRef(ObjectKind.POD_TRANSITION_RULE, "shop", "web", "uid-web");

    private final PrunedStatuses pruned = new PrunedStatuses();

    @Test
    void aStatusOfWhichTheServerKeepsAPartIsNotWrittenAgain() {
        pruned.written(
                status(10, "{targets:['a'],conditions:[{type:'x'}],updateTime:'1'}"),
                answer(11, "{targets:['a'],updateTime:'1'}"));

        assertThat(pruned.isKept(status(11, "{targets:['a'],conditions:[{type:'x'}],updateTime:'2'}")))
                .isTrue();
    }

    @Test
    void whatTheServerKeepsIsWrittenWhenItChanges() {
        pruned.written(status(10, "{targets:['a'],conditions:[]}"), answer(11, "{targets:['a']}"));

        assertThat(pruned.isKept(status(11, "{targets:['a','b'],conditions:[]}")))
                .isFalse();
    }

    @Test
    void aFieldInsideOfAListIsPrunedToo() {
        pruned.written(
                status(10, "{ruleStates:[{name:'r',pluginStatus:{plugin:'p'}}]}"),
                answer(11, "{ruleStates:[{name:'r'}]}"));

        assertThat(pruned.isKept(status(11, "{ruleStates:[{name:'r',pluginStatus:{plugin:'q'}}]}")))
                .isTrue();
    }

    @Test
    void itIsWrittenAgainWhenSomebodyChangedTheObject() {
        pruned.written(status(10, "{targets:['a'],conditions:[]}"), answer(11, "{targets:['a']}"));

        assertThat(pruned.isKept(status(12, "{targets:['a'],conditions:[]}"))).isFalse();
    }

    @Test
    void aServerThatKeepsAllIsNotRemembered() {
        pruned.written(status(10, "{targets:['a']}"), answer(11, "{targets:['a'],observedGeneration:1}"));

        assertThat(pruned.isKept(status(11, "{targets:['a']}"))).isFalse();
    }

    private static Action.WriteStatus status(long version, String json) {
        return Action.WriteStatus.of(RULE, version, (ObjectNode) tree(json), 1, JsonNodeFactory.instance.arrayNode());
    }

    private static JsonNode answer(long version, String status) {
        return tree("{metadata:{resourceVersion:'" + version + "'},status:" + status + "}");
    }

    private static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json.replace('\'', '"').replaceAll("([{,])([a-zA-Z]+):", "$1\"$2\":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
