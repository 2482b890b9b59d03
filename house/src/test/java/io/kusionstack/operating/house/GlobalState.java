package io.kusionstack.operating.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Nothing global changes: no static field that is not final, none that holds a thing that can change. */
final class GlobalState {

    // fields of these types are looked at in the source: List.of() and new ArrayList<>() differ only there
    private static final Set<String> OPEN_TYPES = Set.of(
            "java.util.Collection",
            "java.util.SequencedCollection",
            "java.util.List",
            "java.util.Set",
            "java.util.SortedSet",
            "java.util.NavigableSet",
            "java.util.Map",
            "java.util.SortedMap",
            "java.util.NavigableMap");
    private static final Set<String> MUTABLE_TYPES = Set.of(
            "java.lang.StringBuilder",
            "java.lang.StringBuffer",
            "java.lang.ThreadLocal",
            "java.util.Random",
            "java.util.BitSet",
            "java.util.Date");
    private static final String REMEDY = "Keep it in an object that Main creates and hands on";

    private GlobalState() {}

    static List<Finding> findings(JavaClasses classes) {
        return classes.stream()
                .filter(Rooms::isOurs)
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
                .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
                .flatMap(GlobalState::findings)
                .toList();
    }

    private static Stream<Finding> findings(JavaField field) {
        if (!field.getModifiers().contains(JavaModifier.FINAL)) {
            return Stream.of(finding(field, "is static and not final"));
        }
        return isMutable(field.getRawType())
                ? Stream.of(
                        finding(field, "is static and a " + field.getRawType().getName() + ", which can change"))
                : Stream.empty();
    }

    private static Finding finding(JavaField field, String broken) {
        return new Finding(
                Place.of(field.getOwner()),
                field.getOwner().getSimpleName() + "." + field.getName() + " " + broken,
                REMEDY);
    }

    private static boolean isMutable(JavaClass type) {
        boolean isCollection = type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
        return type.isArray()
                || isCollection && !OPEN_TYPES.contains(type.getName())
                || type.getPackageName().startsWith("java.util.concurrent") && !type.isEnum()
                || MUTABLE_TYPES.contains(type.getName());
    }
}
