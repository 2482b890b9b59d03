package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The classes that think: what they answer depends on their arguments alone. */
final class PureClasses {

    private static final Pattern NAMES =
            Pattern.compile("\\w*Planner|\\w*Snapshot|OperationState|PodOps|RuleEngine|InstanceIds");
    private static final List<String> PACKAGES = List.of(
            "java.util.concurrent.",
            "java.util.random.",
            "java.io.",
            "java.net.",
            "java.nio.file.",
            "java.nio.channels.",
            "org.slf4j.");
    private static final Set<String> TYPES = Set.of(
            "java.lang.System",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.Runtime",
            "java.time.Clock",
            "java.time.InstantSource",
            "java.util.Calendar",
            "java.util.Date",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.security.SecureRandom");
    private static final Set<String> CALLS =
            Set.of("java.lang.Math.random", "java.util.UUID.randomUUID", "java.util.Collections.shuffle");
    private static final String REMEDY = "Pass the time, the id or the random number in as an argument, "
            + "and leave input, output and logging to the reconciler";

    private PureClasses() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(PureClasses::isPure)
                .flatMap(type -> Stream.concat(uses(type), calls(type)))
                .toList();
    }

    private static boolean isPure(JavaClass type) {
        JavaClass file = Rooms.topLevel(type);
        return Rooms.isIn("host.plan", file)
                || Rooms.isInHost(file) && NAMES.matcher(file.getSimpleName()).matches();
    }

    private static Stream<Finding> uses(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                .filter(use ->
                        isImpure(use.getTargetClass().getBaseComponentType().getName()))
                .map(use ->
                        finding(use, use.getTargetClass().getBaseComponentType().getName()));
    }

    private static Finding finding(Dependency use, String name) {
        return new Finding(Place.of(use), "a pure class uses " + name, REMEDY);
    }

    private static boolean isImpure(String type) {
        return TYPES.contains(type) || PACKAGES.stream().anyMatch(type::startsWith);
    }

    private static Stream<Finding> calls(JavaClass type) {
        return type.getAccessesFromSelf().stream()
                .filter(PureClasses::isImpure)
                .map(call -> new Finding(Place.of(call), "a pure class calls " + called(call), REMEDY));
    }

    private static boolean isImpure(JavaAccess<?> call) {
        boolean readsClock = call.getName().equals("now")
                && call.getTargetOwner().getPackageName().startsWith("java.time");
        return readsClock || CALLS.contains(called(call));
    }

    private static String called(JavaAccess<?> call) {
        return call.getTargetOwner().getName() + "." + call.getName();
    }
}
