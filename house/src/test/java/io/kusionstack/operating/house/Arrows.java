package io.kusionstack.operating.house;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which room may use what. What is not listed is forbidden, and so is a room that is not listed. */
final class Arrows {

    private static final String MAIN = "host";
    private static final String OPS = "host.ops";
    private static final String PODS_DOOR = "host.lifecycle.PodOps";
    private static final String MODEL_TYPES = "io.fabric8.kubernetes.api.model.";
    private static final List<String> JDK = List.of("java.", "javax.", "org.jspecify.");
    private static final String SLF4J = "org.slf4j.";
    private static final String HTTP_SERVER = "com.sun.net.httpserver.";
    private static final List<String> HTTP_CLIENT = List.of("io.fabric8.", "okhttp3.", "okio.", "kotlin.");
    private static final String JACKSON = "com.fasterxml.jackson.";
    // databind throws and returns types of core, so the one brings the other
    private static final List<String> JSON_TREES =
            List.of("com.fasterxml.jackson.databind.", "com.fasterxml.jackson.core.");

    private static final Map<String, Row> TABLE = table(
            row("plugin").mayLoad("org.pf4j.ExtensionPoint"),
            row("plugin.rule").mayUse("plugin").mayLoad("org.pf4j.ExtensionPoint"),
            row("plugin.traffic").mayUse("plugin").mayLoad("org.pf4j.ExtensionPoint"),
            row("testkit")
                    .mayUse("plugin", "plugin.rule", "plugin.traffic", "host.plugins", "host.config", "host.plan.Wait")
                    .mayLoad(SLF4J, "org.junit.jupiter.api.", "org.assertj.core.", "org.apiguardian.", JACKSON),
            vendor("plugins.slb").mayLoad("com.aliyuncs.", "com.google.gson."),
            vendor("plugins.labelhook"),
            vendor("testplugins.hangs"),
            vendor("testplugins.throwserrors"),
            vendor("testplugins.leaksthread"),
            vendor("testplugins.wronganswers"),
            vendor("testplugins.ignoresinterruption"),
            vendor("testplugins.blocksatstart"),
            vendor("testplugins.steady"),
            row("testbed").mayLoad(""),
            vendor("plugins.labelhook"),
            vendor("testplugins.slow"),
            row("bench").mayUse("testbed", "host.", "plugin", "plugin.").mayLoad(""),
            row(MAIN).mayUse("host.", "plugin", "plugin.").mayLoad(""),
            row("host.kernel").mayLoad(SLF4J),
            row("host.config").mayLoad(SLF4J, JACKSON, "org.yaml.snakeyaml."),
            row("host.model")
                    .mayLoad(JSON_TREES)
                    .mayLoad(
                            SLF4J, MODEL_TYPES, "com.fasterxml.jackson.annotation.", "io.fabric8.generator.annotation.")
                    .mayLoad("io.fabric8.kubernetes.model.annotation.", "io.fabric8.crd.generator.annotation.")
                    .mayLoad("io.fabric8.kubernetes.client.CustomResource"),
            row("host.plan")
                    .mayUse("host.model.Names", "host.model.ContainerBaseline")
                    .mayUse("host.kernel.Backoff", "host.kernel.Durations", "host.kernel.Outcome")
                    .mayUse("plugin", "plugin.rule", "plugin.traffic")
                    // decision 0003: trees, and no mapper
                    .mayLoad("com.fasterxml.jackson.databind.JsonNode", "com.fasterxml.jackson.databind.node."),
            row("host.lifecycle")
                    .mayUse("host.plan", "host.model", "host.kernel")
                    .mayUse("plugin", "plugin.rule", "plugin.traffic")
                    .mayLoad(SLF4J, MODEL_TYPES),
            row("host.kube")
                    .mayUse("host.plan", "plugin")
                    .mayLoad(SLF4J, JACKSON)
                    .mayLoad(HTTP_CLIENT),
            row("host.kube.cache")
                    .mayUse("host.kube", "host.kernel", "host.plan", "host.model", "plugin")
                    .mayLoad(SLF4J, JACKSON, "com.google.protobuf.")
                    .mayLoad(HTTP_CLIENT),
            row("host.kube.write")
                    .mayUse("host.kube", "host.kube.cache", "host.kernel", "host.plan", "host.model", "plugin")
                    .mayLoad(JSON_TREES)
                    .mayLoad(SLF4J, "okhttp3.MediaType"),
            row("host.kube.check")
                    .mayUse("host.kube", "host.kernel", "host.plan", "host.model")
                    .mayLoad(JSON_TREES)
                    .mayLoad(SLF4J),
            row("host.plugins")
                    .mayUse("host.plan", "host.config", "host.kernel.Durations")
                    .mayUse("plugin", "plugin.rule", "plugin.traffic")
                    .mayLoad(JSON_TREES)
                    .mayLoad(SLF4J, "org.pf4j.", "io.github.resilience4j."),
            row(OPS).mayUse("host.kernel", "host.plan", "plugin.PodRef", "plugin.Meters")
                    .mayLoad(SLF4J, JACKSON, HTTP_SERVER, "io.micrometer.", "io.prometheus."),
            feature("host.collaset").mayUse("host.kube.write.Expectations"),
            row("host.rules.spec")
                    .mayUse("host.plan", "host.model", "host.kernel.Key", "plugin")
                    .mayLoad(JSON_TREES)
                    .mayLoad(MODEL_TYPES),
            row("host.rules.plugin")
                    .mayUse("host.rules.spec", PODS_DOOR, "host.plan", "host.model", "host.kernel", "host.kube.cache")
                    .mayUse("host.plugins", "plugin", "plugin.rule")
                    .mayLoad(JSON_TREES)
                    .mayLoad(MODEL_TYPES),
            row("host.rules.admit")
                    .mayUse("host.rules.spec", "host.rules.plugin", PODS_DOOR)
                    .mayUse("host.plan", "host.model", "host.kernel", "host.kube.cache", "plugin")
                    .mayLoad(JSON_TREES)
                    .mayLoad(MODEL_TYPES),
            feature("host.traffic"),
            feature("host.admission").mayLoad(HTTP_SERVER),
            feature("host.decoration"),
            feature("host.operationjob"),
            row("host.insight").mayLoad(SLF4J));

    private Arrows() {}

    /** What of the host this room of it may use; nothing for Main, which may use all. */
    static Set<String> inHost(String room) {
        return TABLE.get(room).uses().stream()
                .filter(use -> use.startsWith(MAIN + ".") && !use.equals(MAIN + "."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream().filter(Rooms::isOurs).flatMap(Arrows::findings).toList();
    }

    private static Stream<Finding> findings(JavaClass type) {
        Row row = TABLE.get(Rooms.of(type));
        if (row == null) {
            return Stream.of(new Finding(
                    Rooms.spoken(type),
                    "the room " + Rooms.of(type) + " is not known",
                    "Known rooms: " + TABLE.keySet().stream().sorted().collect(joining(", "))
                            + ". Move the class, or add the room and its arrows to Arrows"));
        }
        return type.getDirectDependenciesFromSelf().stream()
                .filter(arrow -> !row.allows(arrow.getTargetClass().getBaseComponentType()))
                .map(arrow -> finding(arrow, row));
    }

    private static Finding finding(Dependency arrow, Row row) {
        JavaClass target = arrow.getTargetClass().getBaseComponentType();
        return new Finding(
                Place.of(arrow), row.room() + " must not use " + Rooms.spoken(target), "It may use " + row.listing());
    }

    private static Row row(String room) {
        return new Row(room, List.of(), List.of());
    }

    /** A plugin, as a vendor could write it: what it bundles itself is added by {@code mayLoad}. */
    private static Row vendor(String room) {
        return row(room)
                .mayUse("plugin", "plugin.rule", "plugin.traffic")
                .mayLoad(SLF4J, "org.pf4j.Extension", "org.pf4j.Plugin");
    }

    private static Row feature(String room) {
        return row(room)
                .mayUse(PODS_DOOR, "host.plan", "host.model", "host.kernel", "host.kube.cache", "host.plugins")
                .mayUse("plugin", "plugin.rule", "plugin.traffic")
                .mayLoad(JSON_TREES)
                .mayLoad(SLF4J, MODEL_TYPES);
    }

    private static Map<String, Row> table(Row... rows) {
        Map<String, Row> table = new HashMap<>();
        for (Row row : rows) {
            table.put(row.room(), row);
        }
        return Map.copyOf(table);
    }

    /**
     * One line of the table.
     *
     * @param uses rooms of ours; with a class behind it only that class, ending in a dot also all rooms below
     * @param loads packages of others (ending in a dot) or single classes; the empty text stands for all
     */
    private record Row(String room, List<String> uses, List<String> loads) {

        Row mayUse(String... more) {
            return new Row(room, joined(uses, Arrays.asList(more)), loads);
        }

        Row mayLoad(String... more) {
            return mayLoad(Arrays.asList(more));
        }

        Row mayLoad(List<String> more) {
            return new Row(room, uses, joined(loads, more));
        }

        boolean allows(JavaClass target) {
            if (!Rooms.isOurs(target)) {
                return target.isPrimitive() || isLoadable(target.getName());
            }
            String there = Rooms.of(target);
            return there.equals(room)
                    || uses.contains(there)
                    || uses.contains(Rooms.spoken(Rooms.topLevel(target)))
                    || uses.stream().anyMatch(use -> use.endsWith(".") && there.startsWith(use))
                    || room.equals(OPS) && isMetricsPortOrValue(target);
        }

        private boolean isLoadable(String name) {
            return Stream.concat(JDK.stream(), loads.stream())
                    .anyMatch(allowed -> allowed.isEmpty()
                            || name.equals(allowed)
                            || allowed.endsWith(".") && name.startsWith(allowed));
        }

        String listing() {
            String listing = Stream.of(uses, JDK, loads)
                    .flatMap(List::stream)
                    .map(allowed -> allowed.isEmpty() ? "any library" : allowed)
                    .collect(joining(", "));
            return room.equals(OPS) ? listing + ", metrics ports and values of every room" : listing;
        }
    }

    private static boolean isMetricsPortOrValue(JavaClass type) {
        return type.isInterface() && type.getSimpleName().endsWith("Metrics")
                || isValue(type)
                || type.isInterface()
                        && !type.getAllSubclasses().isEmpty()
                        && type.getAllSubclasses().stream().allMatch(choice -> choice.isInterface() || isValue(choice));
    }

    private static boolean isValue(JavaClass type) {
        return type.isRecord() || type.isEnum() || isConstantOfEnum(type);
    }

    private static boolean isConstantOfEnum(JavaClass type) {
        Optional<JavaClass> parent = type.getRawSuperclass();
        return parent.isPresent()
                && parent.get().isEnum()
                && !type.getModifiers().contains(JavaModifier.ABSTRACT);
    }

    private static List<String> joined(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }
}
