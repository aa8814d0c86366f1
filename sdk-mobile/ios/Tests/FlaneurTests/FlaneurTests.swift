@testable import Flaneur
import Offerkit
import XCTest

final class FlaneurTests: XCTestCase {
    func testErrorsCarryTheirCode() {
        let error = FlaneurError(NSError(domain: "go", code: 1, userInfo: [
            NSLocalizedDescriptionKey: "consent_required: mood.wearable: The person has not allowed this.",
        ]))
        XCTAssertEqual(error, FlaneurError(code: "consent_required", field: "mood.wearable", message: "The person has not allowed this."))
    }

    func testStoreForgets() throws {
        let store = KeychainStore()
        try store.save("test", value: Data([1, 2, 3]))
        XCTAssertEqual(try store.load("test"), Data([1, 2, 3]))
        try store.save("test", value: Data([4]))
        XCTAssertEqual(try store.load("test"), Data([4]))
        try store.remove("test")
        XCTAssertEqual(try store.load("test"), Data())
        try store.remove("test")
    }

    func testNothingBeforeTheOptIn() throws {
        let flaneur = try Flaneur.start(Options(server: URL(string: "http://127.0.0.1:1")!, publishableKey: "fl_test_pk_x"))
        XCTAssertFalse(flaneur.isOptedIn)
        XCTAssertEqual(flaneur.kit.plan()?.priority, FLOfferkitPriorityNone)
        XCTAssertThrowsError(try flaneur.kit.track(FLOfferkitNewFix(48, 11, 8, 1))) {
            XCTAssertEqual(FlaneurError($0 as NSError).code, "unauthorized")
        }
    }

    #if canImport(ARKit)
    func testEveryBlendshapeOnce() {
        XCTAssertEqual(FaceReader.order.count, 52)
        XCTAssertEqual(Set(FaceReader.order.map(\.rawValue)).count, 52)
        XCTAssertEqual(FaceReader.order.dropLast().map(\.rawValue), FaceReader.order.dropLast().map(\.rawValue).sorted())
    }
    #endif
}
