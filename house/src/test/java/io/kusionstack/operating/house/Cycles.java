package io.kusionstack.operating.house;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;

/** No two packages of ours use each other, neither directly nor through a third. */
final class Cycles {

    private Cycles() {}

    static List<Finding> findings(JavaClasses classes) {
        return slices()
                .assignedFrom(new ByPackage())
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .evaluate(classes)
                .getFailureReport()
                .getDetails()
                .stream()
                .map(cycle -> new Finding("cycle", cycle, "Turn one arrow round with a port that Main injects"))
                .toList();
    }

    private record ByPackage() implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return Rooms.isOurs(type) ? SliceIdentifier.of(Rooms.packageBelowBase(type)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
